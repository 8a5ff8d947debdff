// Builds the widget that the gateway serves: dist/public/sip-call.js, whose name never changes, and its chunks, whose
// names change with their content; each with a .gz and a .br beside it.
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { describeElementBeside } from './build/describe-element.ts';

/**
 * Modules of JsSIP that an anonymous caller never uses: registration, password, presence, message, transfer, log, and
 * JsSIP's WebSocket. The statements that log are left out too.
 */
const unusedInJsSip: Readonly<Record<string, string>> = {
  debug: 'const quiet = () => () => {}; quiet.default = quiet; module.exports = quiet;',
  '../package.json': 'module.exports = { title: "JsSIP", version: "" };',
  './Logger': 'module.exports = class {};',
  '../Logger': 'module.exports = class {};',
  './Registrator': 'module.exports = class { registered = false; close() {} onTransportClosed() {} };',
  './DigestAuthentication': 'module.exports = class { authenticate() { return false; } };',
  './Subscriber': 'module.exports = class {};',
  './Notifier': 'module.exports = class {};',
  './Message': 'module.exports = class {};',
  './Options': 'module.exports = class {};',
  './WebSocketInterface': 'module.exports = class {};',
  './RTCSession/ReferSubscriber': 'module.exports = class {};',
};

/** A whole line; the line end stays, and so does the source map. */
const logStatement = /^ *logger\w*\.(?:debug|warn|error)\(.*\);$/gm;

/** MD5, which only passwords need. */
const digest = /exports\.calculateMD5 = [\s\S]*?(?=exports\.closeMediaStream)/;

/** Statuses that JsSIP sends; its table of reason phrases has three times as many. */
const sentStatuses = /^(?:100|180|20[02]|40[03458]|41[56]|48[0126789]|491|50[01]|603)$/;

/**
 * JsSIP's grammar covers all of SIP and is two thirds of JsSIP; the widget's grammar gives the same results for what a
 * gateway sends.
 */
const grammar = fileURLToPath(new URL('./widget/call/sip-grammar.ts', import.meta.url));

function leaveOutUnused(): Plugin {
  const mark = '\0unused:';
  return {
    name: 'leave-out-unused',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!importer?.includes('/node_modules/jssip/')) return null;
      if (/^\.\.?\/Grammar$/.test(id)) return grammar;
      return Object.hasOwn(unusedInJsSip, id) ? `${mark}${id}.cjs` : null;
    },
    load(id) {
      return id.startsWith(mark) ? unusedInJsSip[id.slice(mark.length, -'.cjs'.length)] : null;
    },
    transform(source, id) {
      if (!id.includes('/jssip/lib/')) return null;
      const code = source.replace(logStatement, '');
      if (/\blogger\w*\./.test(code)) this.error(`${id} logs in another way: adapt the pattern`);
      if (id.endsWith('/jssip/lib/Constants.js')) {
        const phrases = code.replace(/^ +(\d{3}): '.*\n/gm, (line, status) =>
          sentStatuses.test(status) ? line : '',
        );
        return { code: phrases, map: null };
      }
      if (!id.endsWith('/jssip/lib/Utils.js')) return { code, map: null };
      if (!digest.test(code)) this.error('JsSIP has no calculateMD5 in lib/Utils.js: adapt the pattern');
      return { code: code.replace(digest, ''), map: { mappings: '' } };
    },
  };
}

/** Parts of ReactiveElement that our one element never uses: decorators, initializers, versions, other converters. */
const unusedInLit = [
  'Symbol.metadata??=Symbol("metadata"),a.litPropertyMetadata??=new WeakMap;',
  'const t=this[Symbol.metadata];if(null!==t){const s=litPropertyMetadata.get(t);if(void 0!==s)for(const[t,i]of s)this.elementProperties.set(t,i)}',
  'static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}',
  'void 0!==t.l&&(this.l=[...t.l]),',
  ',this.constructor.l?.forEach(t=>t(this))',
  ',p?.({ReactiveElement:y}),(a.reactiveElementVersions??=[]).push("2.1.2")',
  'break;case Object:case Array:t=null==t?t:JSON.stringify(t)',
  'break;case Number:i=null===t?null:Number(t);break;case Object:case Array:try{i=JSON.parse(t)}catch(t){i=null}',
];

function thinLit(): Plugin {
  return {
    name: 'thin-lit',
    transform(code, id) {
      if (!id.endsWith('/@lit/reactive-element/reactive-element.js')) return null;
      for (const piece of unusedInLit) {
        // Another version may need other code here: check it when you update Lit.
        if (!code.includes(piece)) this.error(`ReactiveElement no longer has ${piece}`);
        code = code.replace(piece, '');
      }
      return { code, map: { mappings: '' } };
    },
  };
}

/** Minifiers do not change template literals; those with style sheets are mostly blanks and comments. */
function squeezeStyles(): Plugin {
  return {
    name: 'squeeze-styles',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/widget/') || !id.endsWith('.styles.ts')) return null;
      const squeezed = code.replace(/`[^`]*`/g, sheet =>
        sheet
          .replace(/\/\*[\s\S]*?\*\//g, '')
          .replace(/\s+/g, ' ')
          .replace(/ ?([{};,>]) ?| (?=!)/g, '$1')
          .replace(/: (?=[^{}]*[;}])/g, ':')
          .replaceAll(';}', '}')
          .replace(/(?<![\d.])0(?=\.\d)/g, '')
          .replace(/='([a-z-]+)'\]/g, '=$1]')
          .replace(/@[^{]*\{|(-?[\d.]+)rem\b/g, ownRem),
      );
      // A style sheet needs no source map.
      return { code: squeezed, map: { mappings: '' } };
    },
  };
}

/** Lit's templates would keep the indentation of the source. The lines stay, and so do the source maps. */
function squeezeTemplates(): Plugin {
  return {
    name: 'squeeze-templates',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/widget\/card\/[\w-]+\.ts$/.test(id)) return null;
      return { code: code.replace(/\n +/g, '\n'), map: null };
    },
  };
}

/**
 * The page's font size must not change the widget: in its style sheets rem is replaced by its own unit, except in media
 * queries.
 */
function ownRem(found: string, count: string | undefined): string {
  if (count === undefined) return found;
  return count === '1' ? 'var(--_rem)' : `calc(${count}*var(--_rem))`;
}

/** When a page adds a query to the script's address, a chunk that imports the entry loads it twice. */
function keepEntryAlone(): Plugin {
  return {
    name: 'keep-entry-alone',
    generateBundle(_options, bundle) {
      const parts = Object.values(bundle).filter(part => part.type === 'chunk');
      const entry = parts.find(part => part.isEntry)?.fileName ?? '';
      const culprit = parts.find(part => part.imports.includes(entry));
      if (culprit) this.error(`${culprit.fileName} imports the entry: move the shared code into one of them`);
      const loader = parts.find(part => part.isEntry && part.imports.length > 0);
      if (loader)
        this.error(`the entry imports ${loader.imports.join(', ')} before the visitor shows intent`);
    },
  };
}

function compressBeside(): Plugin {
  return {
    name: 'compress-beside',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const [fileName, part] of Object.entries(bundle)) {
        const bytes = Buffer.from(part.type === 'chunk' ? part.code : part.source);
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(bytes, { level: 9 }) });
        this.emitFile({
          type: 'asset',
          fileName: `${fileName}.br`,
          source: brotliCompressSync(bytes, { params: quality }),
        });
      }
    },
  };
}

export default defineConfig({
  publicDir: false,
  plugins: [
    leaveOutUnused(),
    thinLit(),
    squeezeStyles(),
    squeezeTemplates(),
    keepEntryAlone(),
    compressBeside(),
    describeElementBeside(),
  ],
  build: {
    outDir: 'dist/public',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    reportCompressedSize: false,
    lib: { entry: { 'sip-call': 'widget/index.ts' }, formats: ['es'] },
    rolldownOptions: {
      // Compression takes most of the time, as expected.
      checks: { bundlerTimings: false },
      // Lit's packages claim that importing them has side effects; the omitted parts have none.
      treeshake: { moduleSideEffects: id => !/\/node_modules\/(?:@lit|lit|lit-html|lit-element)\//.test(id) },
      output: {
        // In library mode, ES output keeps its blanks without this.
        minify: true,
        // Annotations serve bundlers, and no bundler reads these files.
        comments: { annotation: false },
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash:6].js',
        // What every call needs is one file with all its imports, so that no import causes another round trip.
        codeSplitting: {
          groups: [{ name: 'call', test: /\/widget\/call\/conversation\.ts$/ }],
        },
      },
    },
  },
});
