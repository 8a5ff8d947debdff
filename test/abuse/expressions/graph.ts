// The source of every module that is loaded into the gateway's process, or built into the widget: our own and the
// libraries'. Vite follows the imports, so a new dependency is found without a list of packages to keep.

import { isAbsolute, join } from 'node:path';
import { build, type InlineConfig, loadConfigFromFile, type PluginOption } from 'vite';
import { repository } from '../../support/repository.ts';

export interface Module {
  /** `gateway`, `widget`, or the name of a library. */
  readonly owner: string;
  /** From the repository's root. */
  readonly path: string;
  readonly code: string;
}

const gatewayEntries = ['gateway/main.ts', 'gateway/media/embedded/worker.ts'];

export async function gatewayModules(): Promise<Module[]> {
  return await modules({
    configFile: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      rolldownOptions: {
        input: gatewayEntries.map(path => join(repository, path)),
        external: [/^node:/, /\.node$/],
      },
    },
  });
}

/** With what the build leaves out of JsSIP left out here too. */
export async function widgetModules(): Promise<Module[]> {
  const loaded = await loadConfigFromFile(
    { command: 'build', mode: 'production' },
    join(repository, 'vite.config.ts'),
  );
  const { plugins = [], build: settings = {} } = loaded?.config ?? {};
  return await modules({
    configFile: false,
    plugins: plugins.filter(isNamed('leave-out-unused')),
    build: { lib: settings.lib ?? false },
  });
}

const isNamed = (name: string) => (plugin: PluginOption) =>
  plugin !== null && typeof plugin === 'object' && 'name' in plugin && plugin.name === name;

async function modules(config: InlineConfig): Promise<Module[]> {
  const found = new Map<string, Module>();
  const collect: PluginOption = {
    name: 'collect',
    enforce: 'pre',
    transform(code, id) {
      const file = id.split('?', 1)[0]!;
      if (isAbsolute(file) && /\.[cm]?[jt]s$/.test(file)) found.set(file, moduleOf(file, code));
      return null;
    },
  };
  await build({
    ...config,
    root: repository,
    logLevel: 'error',
    build: { ...config.build, write: false, minify: false },
    plugins: [...(config.plugins ?? []), collect],
  });
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function moduleOf(file: string, code: string): Module {
  const path = file.slice(repository.length);
  const library = path
    .slice(path.lastIndexOf('node_modules/'))
    .match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
  return { owner: library ?? path.split('/', 1)[0]!, path, code };
}
