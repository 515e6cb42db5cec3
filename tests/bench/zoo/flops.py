"""Twice the multiply-adds of serving_default, by kind, from the frozen and inlined graph with its static shapes."""
import os

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2 as freeze
from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

TRIPS = {'lstm_text': 100, 'gru_text': 100, 'gru_audio': 100}     # steps of the recurrent loops
# Loop bodies whose weights have no static shape: 2 layers x 100 steps x 2 products (1,128)x(128,384).
EXTRA = {'gru_audio': 2 * 2 * 100 * 2 * 128 * 384}
CALLS = {'PartitionedCall': 'f', 'StatefulPartitionedCall': 'f', 'While': 'body', 'StatelessWhile': 'body'}


def dims(tensor):
    """Unknown dimensions are the batch, 1."""
    return [1 if d is None else int(d) for d in tensor.shape.as_list()]


def of_op(op):
    """(kind, FLOPs) of one op."""
    size = lambda t: int(np.prod(dims(t)))
    if op.type == 'Conv2D':
        k = dims(op.inputs[1])
        return 'conv', 2 * size(op.outputs[0]) * k[0] * k[1] * k[2]
    if op.type == 'DepthwiseConv2dNative':
        k = dims(op.inputs[1])
        return 'depthwise', 2 * size(op.outputs[0]) * k[0] * k[1]
    if op.type == 'Conv2DBackpropInput':
        k = dims(op.inputs[1])
        return 'conv', 2 * size(op.inputs[2]) * k[0] * k[1] * k[2]
    if op.type == 'MatMul':
        a, b = (dims(t) if t.shape.rank else [1, 1] for t in op.inputs[:2])
        return 'matmul', 2 * a[1 if op.get_attr('transpose_a') else 0] * b[0] * b[1]
    if op.type.startswith('BatchMatMul'):
        return 'matmul', 2 * size(op.outputs[0]) * dims(op.inputs[0])[-2 if op.get_attr('adj_x') else -1]
    if op.type == 'Einsum':
        letters = {}
        for labels, t in zip(op.get_attr('equation').decode().split('->')[0].split(','), op.inputs):
            letters.update(zip(labels, dims(t)))
        return 'matmul', 2 * int(np.prod(list(letters.values())))
    return None, 0


def count(folder):
    name = os.path.basename(folder)
    model = tf.saved_model.load(os.path.join(folder, 'saved_model'))     # a name of its own: it keeps the variables alive
    run = model.signatures['serving_default']
    frozen = freeze(run, lower_control_flow=False)
    library = {f.signature.name: f for f in frozen.graph.as_graph_def().library.function}
    total, ops, unknown = {'matmul': 0, 'conv': 0, 'depthwise': 0}, {}, []

    def walk(graph, trips):
        for op in graph.get_operations():
            ops[op.type] = ops.get(op.type, 0) + 1
            try:
                kind, flops = of_op(op)
                if kind:
                    total[kind] += trips * flops
                elif op.type in CALLS:
                    body = function_def_to_graph(library[op.get_attr(CALLS[op.type]).name], [t.shape for t in op.inputs])
                    walk(body, trips * (TRIPS.get(name, 1) if 'While' in op.type else 1))
            except (ValueError, KeyError, IndexError, TypeError) as e:
                unknown.append(f'{op.type} {op.name}: {str(e)[:80]}')
    walk(frozen.graph, 1)
    total['matmul'] += EXTRA.get(name, 0)
    parameters = sum(int(np.prod(v.shape)) for v in {id(v): v for v in run.variables}.values())
    return {**total, 'total': sum(total.values()), 'nodes': sum(ops.values()), 'parameters': parameters,
            'unknown': unknown, 'ops': dict(sorted(ops.items(), key=lambda o: -o[1]))}
