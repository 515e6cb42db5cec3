"""Sequences: a MiniLM-like encoder, text classifiers, a GRU keyword spotter.

A maker takes (path, seed), writes the SavedModel to path and returns its input arrays by name.
"""
import itertools

import numpy as np
import tensorflow as tf
import keras
import tf_keras
from seeded_weights import calibrate, fix_head
from zoo_tools import R, export_keras3, save_function, spec


def fresh_normal(seed):
    """An initialiser of normal weights, with another seed for each of them. Layers clone it from its (empty) config."""
    seeds = itertools.count(seed)

    class FreshNormal(tf_keras.initializers.Initializer):
        def __call__(self, shape, dtype=None, **_):
            return tf.random.stateless_normal(shape, (next(seeds), 1), 0., .05)
    return FreshNormal()


def old_gelu(x):
    """With Erf, as TensorFlow wrote GELU when most published encoders were made; TF 2.21 has Erfc."""
    return .5 * x * (1. + tf.math.erf(x / 1.4142135))


def new_gelu(x):
    return tf.nn.gelu(x, approximate=False)


def minilm(einsum=True, gelu=old_gelu):
    """Six layers of width 384 with 12 heads over 128 tokens; einsum: Keras's attention, else BatchMatMul by hand."""
    def make(path, seed, layers=6, width=384, heads=12, vocabulary=30522, length=128):
        tf_keras.utils.set_random_seed(seed)
        L, init, depth = tf_keras.layers, fresh_normal(seed), width // heads
        dense = lambda units: L.Dense(units, kernel_initializer=init, bias_initializer=init)
        norm = lambda: L.LayerNormalization(epsilon=1e-12)
        ids, mask, types = (tf_keras.Input((length,), dtype='int32', name=n)
                            for n in ('input_ids', 'attention_mask', 'token_type_ids'))

        class Position(L.Layer):
            def build(self, _):
                self.table = self.add_weight('pos', (512, width), initializer=init)

            def call(self, x):
                return x + self.table[:length]

        def by_hand(x):
            split = L.Lambda(lambda t: tf.transpose(tf.reshape(t, (-1, length, heads, depth)), (0, 2, 1, 3)))

            def core(parts):
                q, k, v, m = parts
                weights = tf.matmul(q, k, transpose_b=True) / depth ** .5
                weights += (1. - tf.cast(m, tf.float32)[:, None]) * -1e9
                return tf.reshape(tf.transpose(tf.matmul(tf.nn.softmax(weights), v), (0, 2, 1, 3)), (-1, length, width))
            parts = [split(dense(width)(x)), split(dense(width)(x)), split(dense(width)(x)), pair]
            return dense(width)(L.Lambda(core)(parts))
        embed = lambda rows: L.Embedding(rows, width, embeddings_initializer=init)
        x = norm()(Position()(embed(vocabulary)(ids) + embed(2)(types)))
        pair = L.Lambda(lambda m: m[:, None, :])(mask)
        for _ in range(layers):
            if einsum:
                attend = L.MultiHeadAttention(heads, depth, kernel_initializer=init, bias_initializer=init)
                a = attend(x, x, attention_mask=pair)
            else:
                a = by_hand(x)
            x = norm()(x + a)
            f = L.Lambda(gelu)(dense(4 * width)(x))
            x = norm()(x + dense(width)(f))
        float_mask = L.Lambda(lambda m: tf.cast(m, tf.float32)[:, :, None])(mask)
        pooled = L.Lambda(lambda z: tf.math.l2_normalize(
            tf.reduce_sum(z[0] * z[1], 1) / tf.maximum(tf.reduce_sum(z[1], 1), 1e-9), -1))([x, float_mask])
        model = tf_keras.Model([ids, mask, types], [x, pooled])
        r = R(seed)
        for w in model.weights:                                     # layer norms that do something
            if 'gamma' in w.name:
                w.assign(r.uniform(.8, 1.2, w.shape))
            if 'beta' in w.name:
                w.assign(r.uniform(-.1, .1, w.shape))

        def call(input_ids, attention_mask, token_type_ids):
            hidden, sentence = model([input_ids, attention_mask, token_type_ids], training=False)
            return {'last_hidden_state': hidden, 'sentence_embedding': sentence}
        specs = lambda batch: [spec((batch, length), n, tf.int32) for n in ('input_ids', 'attention_mask', 'token_type_ids')]
        save_function(model, path, call, specs(1), specs(None))
        keep = np.ones((1, length), np.int32)
        keep[0, 100:] = 0
        tokens = (r.integers(1, vocabulary, (1, length)) * keep).astype(np.int32)
        return {'input_ids': tokens, 'attention_mask': keep, 'token_type_ids': np.zeros((1, length), np.int32)}
    return make


def classifier(cell):
    """Text to five classes by a bidirectional recurrent layer of tf_keras: While loops over TensorLists."""
    def make(path, seed, vocabulary=20000, width=128, units=64, length=100):
        tf_keras.utils.set_random_seed(seed)
        L = tf_keras.layers
        spread = tf_keras.initializers.RandomNormal(0, .5)
        model = tf_keras.Sequential([
            tf_keras.Input((length,), dtype='int32'), L.Embedding(vocabulary, width, embeddings_initializer=spread),
            L.Bidirectional(getattr(L, cell)(units)), L.Dense(64, activation='relu'), L.Dense(5, activation='softmax')])
        ids = R(seed).integers(0, vocabulary, (1, length)).astype(np.int32)
        fix_head(model, R(seed + 1).integers(0, vocabulary, (8, length)).astype(np.int32), 1.5)
        save_function(model, path, lambda token_ids: {'probs': model(token_ids, training=False)},
                      [spec((1, length), 'token_ids', tf.int32)], [spec((None, length), 'token_ids', tf.int32)])
        return {'token_ids': ids}
    return make


def gru(path, seed, length=200, bands=64):
    """Keras 3: convolutions over time, then two GRUs."""
    keras.utils.set_random_seed(seed)
    L = keras.layers
    inputs = x = keras.Input((length, bands), name='frames')
    for stride in (1, 2):
        x = L.Conv1D(128, 5, strides=stride, padding='same', use_bias=False)(x)
        x = L.ReLU()(L.BatchNormalization()(x))
    x = L.GRU(128)(L.GRU(128, return_sequences=True)(x))
    model = keras.Model(inputs, L.Dense(12, activation='softmax')(x))
    batch = R(seed).normal(0, 1, (4, length, bands)).astype(np.float32)
    calibrate(model, batch)
    fix_head(model, batch, 1.5)
    export_keras3(model, path, [spec((1, length, bands), 'frames')], [spec((None, length, bands), 'frames')])
    return {'frames': R(seed + 99).normal(0, 1, (1, length, bands)).astype(np.float32)}
