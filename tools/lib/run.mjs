// Starting other programs, from scripts that must run before node_modules exists.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const inRoot = (...parts) => join(root, ...parts);
export const exists = (...parts) => existsSync(inRoot(...parts));

/** Runs a command with our own output; throws where it fails. */
export function run(command, args = [], options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${signal ?? `exit status ${status}`}`);
}

/** Runs a command and resolves to { ok, output, timedOut }; never rejects. */
export function capture(command, args = [], { timeoutMs = 0, ...options } = {}) {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    const timer =
      timeoutMs > 0 &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, timeoutMs);
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const end = (ok, why) => {
      if (timer) clearTimeout(timer);
      resolve({ ok, timedOut, output: why ? `${output}\n${why}` : output });
    };
    child.on('error', (error) => end(false, String(error)));
    child.on('close', (code, signal) =>
      end(
        code === 0,
        timedOut ? `stopped after ${timeoutMs / 1000} s` : signal && `died by ${signal}`,
      ),
    );
  });
}

/** A program out of node_modules. */
export const bin = (name) => inRoot('node_modules', '.bin', name);

/** The files of the repository, tracked or new, relative to its folder. */
export function sourceFiles(...patterns) {
  const { stdout, stderr, status, error } = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`git ls-files: ${error?.message ?? stderr.trim()}`);
  return stdout.split('\0').filter((file) => file && exists(file));
}

export const setup = () => run('bash', [inRoot('tools/setup.sh')]);

/** Configures (where that has not happened yet) and builds a CMake preset; `ninjaArgs` go to ninja. */
export function cmakeBuild(preset, ninjaArgs = []) {
  if (!exists('build', preset, 'build.ninja'))
    run('cmake', ['--preset', preset], { stdio: ['ignore', 'ignore', 'inherit'] });
  const quiet = process.stdout.isTTY ? [] : ['--quiet'];
  run('cmake', ['--build', '--preset', preset, '--', ...quiet, ...ninjaArgs]);
}
