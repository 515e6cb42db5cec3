// The models of the bench, in the order of the tables. The zoo has more; they are timed when they are named.
export const suite = [
  'mobilenet_v2',
  'mobilenet_v3_small',
  'efficientnet_b0',
  'resnet50',
  'densenet121',
  'minilm_l6',
  'lstm_text',
  'gru_text',
  'gru_audio',
  'unet_256',
  'superres_x4',
  'detector_nms',
  'mlp_tabular',
  'many_ops',
];

export const modelTitles = {
  mobilenet_v2: 'MobileNetV2',
  mobilenet_v3_small: 'MobileNetV3-small',
  efficientnet_b0: 'EfficientNet-B0',
  resnet50: 'ResNet50',
  densenet121: 'DenseNet121',
  minilm_l6: 'MiniLM-like encoder, 128 tokens',
  lstm_text: 'BiLSTM text, 100 steps',
  gru_text: 'BiGRU text, 100 steps',
  gru_audio: 'conv + GRU audio',
  unet_256: 'U-Net 256',
  superres_x4: 'super-resolution x4',
  detector_nms: 'detector with NMS',
  mlp_tabular: 'tabular MLP',
  many_ops: '1,000 tiny ops',
};
export const titleOf = (model) => modelTitles[model] ?? model;
