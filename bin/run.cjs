#!/usr/bin/env node
'use strict';
// Production entry. CommonJS, because an ESM entry alone costs 17 % of start-up. It answers `--version` before loading
// anything, and loads the rest through V8 code caches: compiling half a megabyte on every start would double the time.

const { dirname, join } = require('node:path');

const dist = join(__dirname, '..', 'dist');

/** Scripts that ran without a code cache, written out after the command has finished. */
const uncached = [];

function cacheFolder() {
  const { THOTHCTL_CACHE_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (THOTHCTL_CACHE_DIR) return THOTHCTL_CACHE_DIR;
  const base = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
  return base && join(base, 'thothctl');
}

/** A cache is valid for one source, one V8 and one set of V8 flags. */
function ownCacheFile(name, source) {
  const folder = cacheFolder();
  if (!folder) return undefined;
  const { createHash } = require('node:crypto');
  const flags = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`;
  const key = createHash('sha256').update(source).update(flags).digest('hex').slice(0, 24);
  return join(folder, `${name}.${process.versions.v8}.${process.arch}.${key}.cache`);
}

function readIfThere(file) {
  if (file === undefined) return undefined;
  try {
    return require('node:fs').readFileSync(file);
  } catch {
    return undefined;
  }
}

function compile(file, name) {
  const { Script } = require('node:vm');
  // The build writes ASCII only, so one byte is one character and V8 keeps the text as it is.
  const source = require('node:fs').readFileSync(file, 'latin1');
  const wrapper = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  // V8 flags make the shipped cache unusable, and V8 looks at one cache per source and process only.
  const flagged = process.execArgv.length > 0 || Boolean(process.env.NODE_OPTIONS);
  const shipped = flagged ? undefined : readIfThere(`${file}.${process.versions.v8}.${process.arch}.cache`);
  const own = shipped === undefined ? ownCacheFile(name, source) : undefined;
  const cachedData = shipped ?? readIfThere(own);
  const script = new Script(wrapper, { filename: file, cachedData });
  if (own !== undefined && (cachedData === undefined || script.cachedDataRejected))
    uncached.push({ own, script });
  return script;
}

const loaded = new Map();

/** Loads one chunk of the build. Chunks name each other as `./name.cjs`. */
function loadChunk(name) {
  const known = loaded.get(name);
  if (known) return known.module.exports;
  const file = join(dist, name);
  const script = compile(file, name);
  const chunk = { exports: {} };
  loaded.set(name, { module: chunk, script });
  // Packages resolve from here as they do from dist: both stand in the same package.
  const requireFrom = Object.assign(
    (id) => (/^\.\/[\w-]+\.cjs$/.test(id) ? loadChunk(id.slice(2)) : require(id)),
    {
      resolve: require.resolve,
    },
  );
  script.runInThisContext()(chunk.exports, requireFrom, chunk, file, dist);
  return chunk.exports;
}

function load(name) {
  // From Node 22.1 on the runtime keeps such caches itself. Before that, asking it for them costs half a millisecond.
  const { enableCompileCache } = process.versions.node.startsWith('20.') ? {} : require('node:module');
  if (enableCompileCache === undefined) return loadChunk(name);
  const folder = cacheFolder();
  enableCompileCache(folder && join(folder, 'compile-cache'));
  return require(join(dist, name));
}

function saveCaches() {
  if (uncached.length === 0) return;
  const fs = require('node:fs');
  for (const { own, script } of uncached) {
    const temporary = `${own}.${process.pid}.tmp`;
    try {
      fs.mkdirSync(dirname(own), { recursive: true, mode: 0o700 });
      fs.writeFileSync(temporary, script.createCachedData(), { mode: 0o600, flag: 'wx' });
      fs.renameSync(temporary, own);
    } catch {
      // No cache is only slower.
    }
  }
}

/** Settles when everything written so far has left the process, however slowly it is read. */
function drained(stream) {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', resolve);
    stream.write('', () => resolve());
  });
}

/**
 * Commands see a failed write themselves and report it. Thrown from the stream as well, as oclif's own listener does, it
 * would be reported on the very stream that is broken, which throws again, for ever.
 */
function keepStreamErrors() {
  const lost = {};
  process.stderr.on('error', () => {});
  process.stdout.removeAllListeners('error').on('error', (error) => {
    if (error.code !== 'EPIPE') lost.error ??= error;
  });
  return lost;
}

function reportUnwritten({ message }) {
  process.exitCode = 1;
  process.stderr.write(`Error: the output could not be written: ${message}\n`);
}

async function main(argv) {
  const completing = argv[0] === '__complete';
  const chunk = load(completing ? 'complete.cjs' : 'main.cjs');
  const lost = keepStreamErrors();
  if (completing) await chunk.complete(argv.slice(1), () => load('main.cjs'));
  else await chunk.run(argv);
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  // Help does not wait for its text.
  if (lost.error && !process.exitCode) reportUnwritten(lost.error);
  saveCaches();
  // Idle sockets and watchers must not keep a finished command alive.
  process.exit();
}

if (require.main === module) {
  const argv = process.argv.slice(2);
  if (argv[0] === '--version') {
    const { name, version } = require('../package.json');
    const arch = process.arch === 'ia32' ? 'x86' : process.arch;
    const text = `${name}/${version} ${process.platform}-${arch} node-${process.version}\n`;
    try {
      // Setting up process.stdout would cost more than everything else here.
      require('node:fs').writeSync(1, text);
    } catch (error) {
      if (error.code === 'EAGAIN') process.stdout.write(text);
      else if (error.code !== 'EPIPE') reportUnwritten(error);
    }
  } else {
    void main(argv);
  }
} else {
  module.exports = { loadChunk, loaded };
}
