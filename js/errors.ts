/** Canonical TensorFlow codes, as in tensorflow/core/protobuf/error_codes.proto. */
export type ErrorCode =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS';

/** What is known of an error beside its message. Everything but `code` may be absent. */
export interface ErrorFacts {
  code: ErrorCode;
  /** Path of the file that is missing, damaged or could not be read. */
  file?: string;
  /** Node of the graph, and its op. */
  node?: string;
  op?: string;
  signature?: string;
  /** The input, output or variable. */
  name?: string;
  /** dtype and shape, or whatever was expected and came instead. */
  expected?: string;
  actual?: string;
  /** The instance is gone, and with it the model: load it again. */
  modelLost?: boolean;
  /** @internal The threads could not be had: on one, the model may still run. */
  noThreads?: boolean;
}

/** The one error that this package throws, besides `AbortError`. */
export class SavedModelError extends Error {
  override readonly name = 'SavedModelError';
  readonly code!: ErrorCode;
  readonly file?: string;
  readonly node?: string;
  readonly op?: string;
  readonly signature?: string;
  readonly input?: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly modelLost!: boolean;
  /** @internal Not a field, so that it shows on no other error. */
  declare readonly noThreads?: boolean;

  constructor(message: string, { name, ...facts }: ErrorFacts, options?: { cause?: unknown }) {
    super(message, options);
    Object.assign(this, facts, { input: name, modelLost: !!facts.modelLost });
  }
}

/** An error in a form that crosses from the worker. */
export interface PlainError {
  message: string;
  facts?: ErrorFacts;
  /** `AbortError` and such keep their name. */
  name?: string;
}

/** Errors of the engine's script, which has a SavedModelError of its own, become ours. */
export const withOwnErrors = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error) => {
    if (error?.name === 'SavedModelError') Object.setPrototypeOf(error, SavedModelError.prototype);
    throw error;
  });

export function toPlainError(error: unknown): PlainError {
  if (error instanceof SavedModelError) {
    return { message: error.message, facts: { ...error, name: error.input } };
  }
  if (error instanceof Error) return { message: error.message, name: error.name };
  return { message: String(error) };
}

export function fromPlainError(plain: PlainError): Error {
  if (plain.facts) return new SavedModelError(plain.message, plain.facts);
  if (plain.name === 'AbortError') return abortError(plain.message);
  return new SavedModelError(plain.message, { code: 'INTERNAL' });
}

export function abortError(message = 'The operation was aborted'): Error {
  return new DOMException(message, 'AbortError');
}

/** What a signal aborts with: its own reason where that is an error. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof Error ? signal.reason : abortError();
}

export function invalidArgument(message: string, facts: Partial<ErrorFacts> = {}): SavedModelError {
  return new SavedModelError(message, { ...facts, code: 'INVALID_ARGUMENT' });
}

export const disposed = () =>
  new SavedModelError('The model was disposed', { code: 'FAILED_PRECONDITION' });

/** A script of this package that is fetched when it is needed. UNAVAILABLE where it cannot be had. */
export const part = <T>(script: Promise<T>): Promise<T> =>
  script.catch((cause) => {
    throw new SavedModelError(
      `A script of savedmodel-wasm did not load: ${cause.message}`,
      { code: 'UNAVAILABLE' },
      { cause },
    );
  });
