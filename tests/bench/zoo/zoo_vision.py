"""Vision: classifiers of keras.applications, a U-Net, super-resolution, a detector with non-maximum suppression.

A maker takes (path, seed), writes the SavedModel to path and returns its input arrays by name.
"""
import numpy as np
import tensorflow as tf
import keras
import tf_keras
from seeded_weights import calibrate, fix_head, he_kernels, image
from zoo_tools import export_keras3, save_function, spec


def app(builder, size, low, high, via='keras3'):
    def make(path, seed):
        lib = keras if via == 'keras3' else tf_keras
        lib.utils.set_random_seed(seed)
        model = getattr(lib.applications, builder)(weights=None, input_shape=(size, size, 3), classes=1000)
        batch = np.concatenate([image(seed + i, size, size, 3, low, high) for i in range(4)])
        he_kernels(model, seed)
        calibrate(model, batch)
        fix_head(model, batch)
        one, free = [spec((1, size, size, 3), 'image')], [spec((None, size, size, 3), 'image')]
        if via == 'keras3':
            export_keras3(model, path, one, free)
        else:
            save_function(model, path, lambda image: {'probs': model(image, training=False)}, one, free)
        return {'image': image(seed + 99, size, size, 3, low, high)}
    return make


def unet(path, seed, size=256, base=16):
    keras.utils.set_random_seed(seed)
    L = keras.layers

    def block(x, channels):
        for _ in range(2):
            x = L.Conv2D(channels, 3, padding='same', use_bias=False, kernel_initializer='he_normal')(x)
            x = L.ReLU()(L.BatchNormalization()(x))
        return x
    inputs = x = keras.Input((size, size, 3), name='image')
    skips = []
    for depth in range(4):
        x = block(x, base << depth)
        skips.append(x)
        x = L.MaxPooling2D()(x)
    x = block(x, base << 4)
    for depth in reversed(range(4)):
        x = L.Conv2DTranspose(base << depth, 2, strides=2, padding='same', kernel_initializer='he_normal')(x)
        x = block(L.Concatenate()([skips[depth], x]), base << depth)
    model = keras.Model(inputs, L.Conv2D(1, 1, activation='sigmoid')(x))
    calibrate(model, np.concatenate([image(seed + j, size, size, 3, 0, 1) for j in range(4)]))
    export_keras3(model, path, [spec((1, size, size, 3), 'image')], [spec((None, size, size, 3), 'image')])
    return {'image': image(seed + 99, size, size, 3, 0, 1)}


def superres(path, seed, size=96, channels=32, blocks=8):
    """x4 by residual blocks and depth_to_space, added to a bilinear enlargement."""
    keras.utils.set_random_seed(seed)
    L, he = keras.layers, keras.initializers.HeNormal(seed)
    inputs = keras.Input((size, size, 3), name='lowres')
    first = x = L.Conv2D(channels, 3, padding='same', kernel_initializer=he)(inputs)
    for _ in range(blocks):
        y = L.Conv2D(channels, 3, padding='same', activation='relu')(x)
        y = L.Conv2D(channels, 3, padding='same')(y)
        x = L.Add()([x, L.Rescaling(.3)(y)])
    x = L.Add()([first, L.Conv2D(channels, 3, padding='same')(x)])
    core = keras.Model(inputs, L.Conv2D(48, 3, padding='same')(x))
    root = tf.Module()
    root.variables_ = [w.value for w in core.weights]
    root.core = core

    def call(lowres):
        y = tf.nn.depth_to_space(core(lowres), 4) + tf.image.resize(lowres, (4 * size, 4 * size), 'bilinear')
        return {'highres': tf.clip_by_value(y, -4., 4.)}
    save_function(root, path, call, [spec((1, size, size, 3), 'lowres')])
    return {'lowres': image(seed + 99, size, size, 3, 0, 1)}


def detector_core(size):
    """Scores (N,896,1) and offsets (N,896,16) of 128x128 images, in the manner of BlazeFace."""
    L = keras.layers
    inputs = keras.Input((size, size, 3), name='image')
    x = L.Conv2D(24, 5, strides=2, padding='same', activation='relu')(inputs)

    def block(x, channels, stride=1):
        y = L.DepthwiseConv2D(5, strides=stride, padding='same', use_bias=False)(x)
        y = L.BatchNormalization()(L.Conv2D(channels, 1, use_bias=False)(y))
        if stride == 2:
            x = L.MaxPooling2D()(x)
        if x.shape[-1] != channels:
            x = L.Conv2D(channels, 1)(x)
        return L.ReLU()(L.Add()([x, y]))
    for channels, stride in [(24, 1), (24, 1), (48, 2), (48, 1), (48, 1), (96, 2), (96, 1), (96, 1), (96, 1), (96, 1)]:
        x = block(x, channels, stride)
    fine, coarse = x, block(x, 96, 2)
    for _ in range(4):
        coarse = block(coarse, 96)
    score = lambda t, n: L.Reshape((-1, 1))(L.Conv2D(n, 1)(t))
    wide = keras.initializers.RandomNormal(0, .05)
    offset = lambda t, n: L.Reshape((-1, 16))(L.Conv2D(n * 16, 1, kernel_initializer=wide)(t))
    return keras.Model(inputs, [L.Concatenate(axis=1)([score(fine, 2), score(coarse, 6)]),
                                L.Concatenate(axis=1)([offset(fine, 2), offset(coarse, 6)])])


def detector(with_scores):
    """with_scores: NonMaxSuppressionV5 with soft scores, in place of V3."""
    def make(path, seed, size=128):
        keras.utils.set_random_seed(seed)
        model = detector_core(size)
        batch = np.concatenate([image(seed + j, size, size, 3, -1, 1) for j in range(4)])
        calibrate(model, batch)
        # Saturated scores would be ties, and the order of what is kept a matter of the last bit.
        temper = 1.5 / float(np.std(model(batch, training=False)[0]))
        centres = [[(x + .5) / grid, (y + .5) / grid] for grid, count in ((16, 2), (8, 6))
                   for y in range(grid) for x in range(grid) for _ in range(count)]
        anchors = tf.constant(np.array(centres, np.float32))                     # (896,2)
        root = tf.Module()
        root.model, root.variables_ = model, [w.value for w in model.weights]

        def call(image):
            scores, raw = model(image, training=False)
            raw, scores = raw[0], tf.sigmoid(scores[0, :, 0] * temper)
            centre = raw[:, :2] * .1 + anchors
            half = tf.exp(tf.clip_by_value(raw[:, 2:4], -2., 2.)) * .075
            points = raw[:, 4:] * .1 + tf.tile(anchors, [1, 6])
            boxes = tf.concat([(centre - half)[:, ::-1], (centre + half)[:, ::-1]], 1)
            if with_scores:
                keep, kept = tf.image.non_max_suppression_with_scores(boxes, scores, 20, .3, .3)
            else:
                keep = tf.image.non_max_suppression(boxes, scores, 20, .3, .3)
                kept = tf.gather(scores, keep)
            return {'boxes': tf.gather(boxes, keep), 'scores': kept, 'keypoints': tf.gather(points, keep)}
        save_function(root, path, call, [spec((1, size, size, 3), 'image')])
        return {'image': image(seed + 99, size, size, 3, -1, 1)}
    return make
