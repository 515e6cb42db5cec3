// The package, in browsers.
import { makeApi } from './api.ts';
import { webPlatform } from './platform_web.ts';

export * from './exports.ts';
export const { load, inspect, capabilities } = makeApi(webPlatform);
