"""SavedModel -> tfjs graph model, with what the converter's stock output needs to run in tfjs at all."""
import base64
import json
import os
import shutil
import sys
import types

# tfjs 4.22 awaits the headers of every weight shard before it reads any body: over HTTP/1.1 and without caching, more
# than six shards hang for ever. One shard avoids that.
ONE_SHARD = 1 << 30
FUSED = {'_FusedConv2D': ('Conv2D', ('T', 'strides', 'padding', 'data_format', 'dilations', 'explicit_paddings')),
         '_FusedMatMul': ('MatMul', ('T', 'transpose_a', 'transpose_b')),
         'FusedDepthwiseConv2dNative': ('DepthwiseConv2dNative', None)}


class Absent(types.ModuleType):
    """Stands for a package that tensorflowjs imports and graph conversion does not use."""
    __path__ = []

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Absent(f'{self.__name__}.{name}')

    def __call__(self, *args, **kwargs):
        raise RuntimeError(self.__name__ + ' is not installed here')


def convert(folder):
    for name in ('tensorflow_decision_forests', 'tensorflow_hub', 'jax', 'jax.experimental', 'jax.experimental.jax2tf'):
        sys.modules[name] = Absent(name)
    target = os.path.join(folder, 'tfjs')
    shutil.rmtree(target, ignore_errors=True)
    from tensorflowjs.converters.tf_saved_model_conversion_v2 import convert_tf_saved_model
    options = dict(signature_def='serving_default', weight_shard_size_bytes=ONE_SHARD)
    source, note = os.path.join(folder, 'saved_model'), ''
    try:
        convert_tf_saved_model(source, target, **options)
    except ValueError as e:
        if 'Unsupported Ops' not in str(e):
            raise
        note = str(e)[:300]                          # the tool's own suggestion is to skip the check
        convert_tf_saved_model(source, target, skip_op_check=True, **options)
    count = mend_biases(os.path.join(target, 'model.json'))
    return f'{note} mended the bias of {count} fused nodes, which tfjs refuses as converted'.strip() if count else note


def mend_biases(path):
    """tfjs takes a rank-1 bias only, while Grappler fuses additions of any shape: those are reshaped or unfused."""
    with open(path, encoding='utf-8') as f:
        model = json.load(f)
    nodes = model['modelTopology']['node']
    by_name = {n['name']: n for n in nodes}
    weights = {w['name']: w for group in model['weightsManifest'] for w in group['weights']}
    fresh, count = [], 0
    for node in nodes:
        if node['op'] not in FUSED:
            continue
        fused = [base64.b64decode(s).decode() for s in node['attr'].get('fused_ops', {}).get('list', {}).get('s', [])]
        if not fused or fused[0] != 'BiasAdd':
            continue
        bias = by_name.get(node['input'][2].split(':')[0])
        dims = None
        if bias and bias['op'] == 'Const':
            shape = bias['attr'].get('value', {}).get('tensor', {}).get('tensorShape', {})
            dims = shape.get('dim', [])
        if dims is not None and len(dims) == 1:
            continue
        count += 1
        if dims and all(int(d['size']) == 1 for d in dims[:-1]):     # (1,1,1,C), from Keras 3's batch norm: make it (C)
            weights[bias['name']]['shape'] = weights[bias['name']]['shape'][-1:]
            shape['dim'] = dims[-1:]
        else:
            fresh += unfuse(node, fused[1] if len(fused) > 1 else None)
    if count:
        nodes.extend(fresh)
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(model, f)
    return count


def unfuse(node, activation):
    """The fused node becomes the last of op, AddV2 and activation; the others are returned."""
    name, bias, dtype = node['name'], node['input'][2], node['attr']['T']
    op, keep = FUSED[node['op']]
    attrs = {k: v for k, v in node['attr'].items() if keep is None or k in keep}
    core = {'name': name + '/unfused', 'op': op, 'input': node['input'][:2], 'attr': attrs}
    add = {'op': 'AddV2', 'input': [core['name'], bias], 'attr': {'T': dtype}}
    if not activation:
        node.update(add)
        return [core]
    node.update(op=activation, input=[name + '/unfused_add'], attr={'T': dtype})
    return [core, {'name': name + '/unfused_add', **add}]
