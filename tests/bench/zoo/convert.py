#!/usr/bin/env python3
"""Convert the zoo for the bench's peers: tfjs graph model, ONNX (opset 17), TFLite (float32); and count its FLOPs.

usage: convert.py [model...] [flops|tfjs|onnx|tflite ...]        (default: everything that make_zoo.py has made)
$ZOO/<model>/ gets tfjs/, model.onnx, model.tflite; convert.json holds sizes, or the error that the tool gave.
Makes its own Python environment on first use (see environment.py).
"""
import json
import os
import subprocess
import sys
import time
import traceback

from environment import ZOO, enter

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'            # else Grappler leaves _Mkl ops in what tfjs is to run
KINDS = ('flops', 'tfjs', 'onnx', 'tflite')
BARE = ('tensorflowjs==4.22.0', 'tf2onnx==1.17.0', 'onnx==1.23.2')


def to_tfjs(folder):
    from convert_tfjs import convert
    note = convert(folder)
    return [f'tfjs/{f}' for f in sorted(os.listdir(os.path.join(folder, 'tfjs')))], note


def to_onnx(folder):
    target = os.path.join(folder, 'model.onnx')
    done = subprocess.run([sys.executable, '-m', 'tf2onnx.convert', '--saved-model', os.path.join(folder, 'saved_model'),
                           '--signature_def', 'serving_default', '--tag', 'serve', '--opset', '17', '--output', target],
                          capture_output=True, text=True, check=False)
    if done.returncode or not os.path.exists(target):
        raise RuntimeError(done.stderr[-1500:])
    import onnx
    onnx.checker.check_model(onnx.load(target))
    return ['model.onnx'], ''


def to_tflite(folder):
    import tensorflow as tf

    def convert(select):
        converter = tf.lite.TFLiteConverter.from_saved_model(os.path.join(folder, 'saved_model'),
                                                             signature_keys=['serving_default'])
        if select:
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
            converter._experimental_lower_tensor_list_ops = False
        return converter.convert()
    note = ''
    try:
        model = convert(select=False)
    except Exception as e:
        note = f'not with builtins only: {str(e)[:700]}; so with SELECT_TF_OPS, which LiteRT.js does not link'
        model = convert(select=True)
    with open(os.path.join(folder, 'model.tflite'), 'wb') as f:
        f.write(model)
    return ['model.tflite'], note


def one(name, kind):
    folder, started = os.path.join(ZOO, name), time.time()
    try:
        if kind == 'flops':
            from flops import count
            row = {'ok': True, **count(folder)}
        else:
            files, note = {'tfjs': to_tfjs, 'onnx': to_onnx, 'tflite': to_tflite}[kind](folder)
            row = {'ok': True, 'files': {f: os.path.getsize(os.path.join(folder, f)) for f in files}, 'note': note}
    except BaseException as e:                       # a converter may well call sys.exit
        row = {'ok': False, 'error': ''.join(traceback.format_exception_only(type(e), e))[:2500]}
    row['seconds'] = round(time.time() - started, 1)
    path = os.path.join(folder, 'convert.json')
    table = {}
    if os.path.exists(path):
        with open(path, encoding='utf-8') as f:
            table = json.load(f)
    table[kind] = row
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(table, f, indent=1)
    print(name, kind, json.dumps({k: v for k, v in row.items() if k != 'ops'})[:600], flush=True)


if __name__ == '__main__':
    enter(BARE)
    if sys.argv[1:2] == ['--one']:
        one(sys.argv[2], sys.argv[3])
        sys.exit()
    kinds = [a for a in sys.argv[1:] if a in KINDS] or KINDS
    names = [a for a in sys.argv[1:] if a not in KINDS] or sorted(
        n for n in os.listdir(ZOO) if os.path.exists(os.path.join(ZOO, n, 'manifest.json')))
    for name in names:
        for kind in kinds:                           # a process each: converters crash, too
            done = subprocess.run([sys.executable, os.path.abspath(__file__), '--one', name, kind], capture_output=True, text=True, check=False)
            lines = [l for l in done.stdout.splitlines() if l.startswith(f'{name} {kind} ')]
            print(lines[-1] if lines else f'{name} {kind} died with {done.returncode}: {done.stderr[-500:]}', flush=True)
