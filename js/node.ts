// The package, in Node.
import { makeApi } from './api.ts';
import { nodePlatform } from './platform_node.ts';

export * from './exports.ts';
export const { load, inspect, capabilities } = makeApi(nodePlatform);
