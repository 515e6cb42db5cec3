#!/usr/bin/env python3
"""The bench's models: real architectures at full size with seeded weights, as SavedModels.

usage: make_zoo.py [name...]        (default: all; --list names them)
$ZOO/<name>/ gets saved_model/, inputs/*.bin, expected/*.bin (little-endian, row-major), manifest.json and case.json.
Makes its own Python environment on first use (see environment.py).
"""
import json
import os
import shutil
import subprocess
import sys
import time

from environment import ZOO, enter

ORDER = ['mobilenet_v2', 'resnet50', 'minilm_l6', 'lstm_text', 'unet_256', 'mlp_tabular', 'many_ops',
         'mobilenet_v3_small', 'efficientnet_b0', 'densenet121', 'superres_x4', 'gru_audio', 'detector_nms',
         'detector_nms_v5', 'minilm_l6_matmul', 'minilm_l6_erfc', 'gru_text']


def makers():
    import zoo_small as small
    import zoo_text as text
    import zoo_vision as vision
    app = vision.app
    return {
        'mobilenet_v2': app('MobileNetV2', 224, -1, 1, 'tf_keras'), 'resnet50': app('ResNet50', 224, -1, 1),
        'minilm_l6': text.minilm(), 'lstm_text': text.classifier('LSTM'), 'unet_256': vision.unet, 'mlp_tabular': small.mlp,
        'many_ops': small.many_ops, 'mobilenet_v3_small': app('MobileNetV3Small', 224, 0, 255),
        'efficientnet_b0': app('EfficientNetB0', 224, 0, 255),
        'densenet121': app('DenseNet121', 224, -1, 1, 'tf_keras'), 'superres_x4': vision.superres,
        'gru_audio': text.gru, 'detector_nms': vision.detector(False), 'detector_nms_v5': vision.detector(True),
        'minilm_l6_matmul': text.minilm(einsum=False), 'minilm_l6_erfc': text.minilm(gelu=text.new_gelu),
        'gru_text': text.classifier('GRU')}


def dump(folder, arrays):
    """Raw files, and what the manifest says of them."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, a in arrays.items():
        a.tofile(os.path.join(folder, name + '.bin'))
    return [{'name': n, 'dtype': str(a.dtype), 'shape': list(a.shape)} for n, a in arrays.items()]


def make(name):
    from caselib import encode_map, write_cases
    import numpy as np
    import tensorflow as tf
    at, started = os.path.join(ZOO, name), time.time()
    path = os.path.join(at, 'saved_model')
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(at, exist_ok=True)
    feed = makers()[name](path, 1000 + ORDER.index(name))
    run = tf.saved_model.load(path).signatures['serving_default']
    feed = {k: tf.constant(feed[k]) for k in run.structured_input_signature[1]}
    out = run(**feed)
    plain = lambda tensors: {k: np.ascontiguousarray(v.numpy()) for k, v in tensors.items()}
    expected = plain({k: out[k] for k in sorted(out)})
    for k, a in expected.items():
        print(f'  {k} {a.dtype}{a.shape} min {a.min():.4g} max {a.max():.4g} deviation {a.std():.4g}')
        assert a.size and np.isfinite(a).all()
    files = {os.path.relpath(os.path.join(d, f), at): os.path.getsize(os.path.join(d, f))
             for d, _, fs in os.walk(path) for f in fs}
    manifest = {'name': name, 'inputs': dump(os.path.join(at, 'inputs'), plain(feed)),
                'outputs': dump(os.path.join(at, 'expected'), expected), 'files': files,
                'saved_model_bytes': sum(files.values())}
    with open(os.path.join(at, 'manifest.json'), 'w', encoding='utf-8') as f:
        json.dump(manifest, f, indent=1)
    write_cases(at, [{'signature': 'serving_default', 'inputs': encode_map(feed), 'outputs': encode_map(out)}],
                origin='make_zoo.py: ' + name, model='saved_model')
    print(f'{name}: {sum(files.values()) / 1e6:.1f} MB, {time.time() - started:.0f} s', flush=True)


if __name__ == '__main__':
    arguments = sys.argv[1:]
    if '--list' in arguments:
        print('\n'.join(ORDER))
        sys.exit()
    enter()
    if arguments[:1] == ['--one']:
        make(arguments[1])
        sys.exit()
    wrong = [n for n in arguments if n not in ORDER]
    if wrong:
        sys.exit(f'no such model: {wrong}; there are {ORDER}')
    failed = [n for n in arguments or ORDER if subprocess.call([sys.executable, os.path.abspath(__file__), '--one', n])]
    sys.exit(f'failed: {failed}' if failed else 0)
