// What both entries export beside load, inspect and capabilities.
export type { Api, Capabilities } from './api.ts';
export type { DType, NumericArray } from './dtypes.ts';
export type { CompressedWeight, MemoryReport, UnsupportedOp, WeightFormat } from './engine.ts';
export { SavedModelError, type ErrorCode, type ErrorFacts } from './errors.ts';
export type { MetaGraphInfo, SavedModelInfo, SignatureInfo, TensorInfo } from './info.ts';
export type {
  ArgumentInfo,
  Arguments,
  CallOptions,
  CompressionReport,
  Inputs,
  Outputs,
  Signature,
} from './model.ts';
export { SavedModel } from './model.ts';
export type { LoadOptions, LoadProgress } from './options.ts';
export { fromPixels, type PixelOptions, type PixelSource } from './pixels.ts';
export type { Simd, Variant } from './platform.ts';
export type { Profile, ProfileStep, ProfileTotal, TraceEvent } from './profile.ts';
export type { ModelSource } from './sources/open.ts';
export {
  Tensor,
  tensor,
  type NestedValues,
  type StringElement,
  type TensorLike,
} from './tensor.ts';
