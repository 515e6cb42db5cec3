// Cases below a folder: op cases are .pb files outside of models, models are folders with case.json.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

function kindOf(caseFile) {
  const { kind, model = '' } = JSON.parse(readFileSync(caseFile, 'utf8'));
  if (kind === 'graphdef') return 'graphdef';
  return kind === 'keras' || /\.(h5|hdf5|keras)$/.test(model) ? 'keras' : 'model';
}

/** Files of models whose saved_model.pb lies elsewhere, or is missing. */
const otherFiles = ['fingerprint.pb', 'keras_metadata.pb'];

/** [{ kind, name, path }] in order of their paths. Where `root` is a file, that one. */
export function findCases(root) {
  if (!existsSync(root)) throw new Error(`there is no ${root}`);
  if (!statSync(root).isDirectory()) {
    const isModel = basename(root) === 'case.json';
    if (isModel) return [{ kind: kindOf(root), name: basename(dirname(root)), path: root }];
    return [{ kind: 'op', name: basename(root, '.pb'), path: root }];
  }
  const caseFile = join(root, 'case.json');
  if (existsSync(caseFile))
    return [{ kind: kindOf(caseFile), name: basename(root), path: caseFile }];
  if (['pb', 'pbtxt'].some((end) => existsSync(join(root, `saved_model.${end}`)))) return [];
  return readdirSync(root, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => {
      const path = join(root, e.name);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return findCases(path);
      return e.name.endsWith('.pb') && !otherFiles.includes(e.name)
        ? [{ kind: 'op', name: basename(path, '.pb'), path }]
        : [];
    });
}
