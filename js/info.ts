// What `inspect()` gives: all that saved_model_cli show --all tells, and what is in the files. Made by
// src/savedmodel/info.h.

export interface TensorInfo {
  /** Argument name in the signature. */
  key: string;
  /** Tensor name in the graph; empty for composite tensors. */
  name: string;
  dtype: string;
  /** Null where the rank is unknown, -1 for unknown dimensions. */
  shape: number[] | null;
  composite?: string;
  components?: TensorInfo[];
  optional?: boolean;
}

export interface SignatureInfo {
  name: string;
  methodName: string;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
}

export interface MetaGraphInfo {
  tags: string[];
  tensorflowVersion: string;
  tensorflowGitVersion: string;
  signatures: SignatureInfo[];
  functions: { path: string; concrete: { name: string; arguments: string }[] }[];
  ops: { op: string; count: number }[];
  numNodes: number;
  numFunctions: number;
  numObjects: number;
  constantBytes: number;
  initOp: string;
  restoreOp: string;
  assets: { tensor: string; filename: string; path: string }[];
  collections: string[];
}

export interface SavedModelInfo {
  root: string;
  file: string;
  schemaVersion: number;
  fileBytes: number;
  metaGraphs: MetaGraphInfo[];
  /** Null where the model has none, or one that cannot be read: see `checkpointError`. */
  checkpoint: {
    numShards: number;
    /** Tensors of the checkpoint. */
    variables: { key: string; dtype: string; shape: number[]; bytes: number }[];
  } | null;
  checkpointError: string;
  assetFiles: string[];
  extraFiles: string[];
  fingerprint: string;
  uuid: string;
}
