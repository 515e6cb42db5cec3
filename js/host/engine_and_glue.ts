export { default as factory } from 'smw-glue';
export { Engine } from '../engine.ts';
export { LocalHost } from './local.ts';
