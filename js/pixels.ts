import { invalidArgument } from './errors.ts';
import { Tensor } from './tensor.ts';

/** What a canvas can draw. */
export type PixelSource =
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | ImageBitmap
  | OffscreenCanvas;

export interface PixelOptions {
  /** [height, width] to scale to; default: the image's own. */
  size?: readonly [number, number];
  /** 1 (luma), 3 (RGB) or 4 (RGBA). Default 3. */
  channels?: 1 | 3 | 4;
  /** Default uint8; float32 gives `value * scale + offset`. */
  dtype?: 'uint8' | 'float32';
  /** Default 1 and 0: values 0 to 255. For 0 to 1 give scale 1 / 255, for -1 to 1 scale 1 / 127.5 and offset -1. */
  scale?: number;
  offset?: number;
  /** True (default) puts a batch dimension of 1 in front. */
  batch?: boolean;
}

/**
 * The pixels of an image: [1, height, width, channels], or without the first dimension. Scaling is
 * the canvas's own; for TensorFlow's, give the model the image as it is.
 */
export function fromPixels(source: PixelSource, options: PixelOptions = {}): Tensor {
  const { channels = 3, dtype = 'uint8', scale = 1, offset = 0, batch = true } = options;
  const { data, width, height } = imageData(source, options.size);
  const n = width * height;
  const out = dtype === 'uint8' ? new Uint8Array(n * channels) : new Float32Array(n * channels);
  for (let i = 0; i < n; i++) {
    const [r, g, b, a] = data.subarray(4 * i, 4 * i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    // ITU-R BT.601, as tf.image.rgb_to_grayscale.
    const values = channels === 1 ? [0.2989 * r + 0.587 * g + 0.114 * b] : [r, g, b, a];
    for (let c = 0; c < channels; c++)
      out[channels * i + c] =
        dtype === 'uint8' ? Math.round(values[c]!) : values[c]! * scale + offset;
  }
  const shape = [height, width, channels];
  return new Tensor(dtype, batch ? [1, ...shape] : shape, out);
}

function imageData(source: PixelSource, size?: readonly [number, number]): ImageData {
  const isData = typeof ImageData !== 'undefined' && source instanceof ImageData;
  const own = naturalSize(source);
  const [height, width] = size ?? own;
  if (!(height > 0 && width > 0)) throw invalidArgument('the image is empty, or not loaded yet');
  if (isData && height === source.height && width === source.width) return source;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  })!;
  if (isData) {
    const whole = new OffscreenCanvas(source.width, source.height);
    whole.getContext('2d')!.putImageData(source, 0, 0);
    context.drawImage(whole, 0, 0, width, height);
  } else {
    context.drawImage(source as CanvasImageSource, 0, 0, width, height);
  }
  return context.getImageData(0, 0, width, height);
}

function naturalSize(source: PixelSource): [number, number] {
  if ('videoWidth' in source) return [source.videoHeight, source.videoWidth];
  if ('naturalWidth' in source) return [source.naturalHeight, source.naturalWidth];
  return [source.height, source.width];
}
