"""Ways to save a zoo model. Every one has serving_default with batch 1 and, where it can, `dynamic` with a free batch."""
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
R = np.random.default_rng


def spec(shape, name, dtype=tf.float32):
    return tf.TensorSpec(shape, dtype, name=name)


def export_keras3(model, path, one, free):
    """one, free: the input specs of serving_default and of dynamic."""
    import keras
    archive = keras.export.ExportArchive()
    archive.track(model)
    call = lambda *x: model(x[0] if len(x) == 1 else list(x), training=False)
    archive.add_endpoint('serving_default', call, one)
    archive.add_endpoint('dynamic', call, free)
    archive.write_out(path, verbose=False)


def save_function(root, path, function, one, free=None):
    """tf.saved_model.save of a trackable with an explicit serving_default."""
    signatures = {'serving_default': tf.function(function).get_concrete_function(*one)}
    if free:
        signatures['dynamic'] = tf.function(function).get_concrete_function(*free)
    tf.saved_model.save(root, path, signatures=signatures)
