"""Small models, where a call's own cost shows: a tabular MLP, and about a thousand tiny ops."""
import numpy as np
import tensorflow as tf
import keras
from seeded_weights import fix_head
from zoo_tools import R, export_keras3, save_function, spec


def mlp(path, seed):
    keras.utils.set_random_seed(seed)
    L = keras.layers
    model = keras.Sequential([
        keras.Input((64,), name='features'), L.Normalization(mean=[.1] * 64, variance=[1.3] * 64),
        *(L.Dense(units, activation='relu') for units in (256, 256, 128, 64)), L.Dense(10, activation='softmax')])
    fix_head(model, R(seed).normal(0, 1, (16, 64)).astype(np.float32))
    export_keras3(model, path, [spec((1, 64), 'features')], [spec((None, 64), 'features')])
    return {'features': R(seed + 99).normal(0, 1, (1, 64)).astype(np.float32)}


def many_ops(path, seed, stumps=160):
    """A boosted ensemble of decision stumps, spelled out op by op."""
    r, root = R(seed), tf.Module()
    root.leaves = tf.Variable(r.normal(0, 1, (stumps, 4)).astype(np.float32))
    thresholds = r.normal(0, .7, stumps).astype(np.float32)

    def call(x):
        total, outs = tf.zeros((1, 8)), []
        for n in range(stumps):
            column = x[:, n % 32:n % 32 + 1]
            leaf = tf.where(column > thresholds[n], root.leaves[n, 0], root.leaves[n, 1])
            total = total * .97 + leaf * float(r.uniform(.2, .4))
            if n % 20 == 19:
                total = tf.tanh(total * .1) * 3
                outs.append(total[:, :1])
            if n % 20 == 9:
                total = tf.concat([total[:, 1:], total[:, :1] + .1 * n], 1)
        return {'score': tf.nn.softmax(tf.concat(outs, 1)), 'raw': total}
    save_function(root, path, call, [spec((1, 32), 'x')])
    return {'x': R(seed + 99).normal(0, 1, (1, 32)).astype(np.float32)}
