// A project that depends on the package: compiled with its framework's types, built by Vite, and calling from the built
// page.

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { type Company, startCompany } from '../../support/company.ts';
import { partsMissing, programPath } from '../../support/parts.ts';
import { run } from '../../support/peer-process.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { repository } from '../../support/repository.ts';

const react = `import 'sip-call';
import type {} from 'sip-call/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

function Card({ gateway }: { gateway: string }) {
  const [state, setState] = useState<string>('idle');
  return (
    <>
      <output>{state}</output>
      <sip-call to="director@mysite.test" gateway={gateway} onsip-call-state={({ detail }) => setState(detail.state)} />
    </>
  );
}
const gateway = new URLSearchParams(location.search).get('gateway') ?? '';
createRoot(document.querySelector('main')!).render(<Card gateway={gateway} />);
`;

const vue = `import 'sip-call';
import type { SipCallStateDetail } from 'sip-call';
import type {} from 'sip-call/vue';
import { createApp, type GlobalComponents, h, ref } from 'vue';

const gateway = new URLSearchParams(location.search).get('gateway') ?? '';
const state = ref<string>('idle');
const props: InstanceType<GlobalComponents['sip-call']>['$props'] = {
  to: 'director@mysite.test',
  gateway,
  onSipCallState: ({ detail }: CustomEvent<SipCallStateDetail>) => (state.value = detail.state),
};
createApp({ render: () => [h('output', state.value), h('sip-call', props)] }).mount('main');
`;

const svelte = `import type {} from 'sip-call/svelte';
import type { SvelteHTMLElements } from 'svelte/elements';
export const card: SvelteHTMLElements['sip-call'] = { to: 'director@mysite.test', video: true, class: 'card' };
card['onsip-call-request'] = event => { if (event.detail.to) event.preventDefault(); };
`;

/** One line each, with one mistake. */
const mistakes = {
  'react.tsx': '<sip-call to={5} />;',
  'vue.ts':
    "({ to: 'a@b.ru', theme: 'blue' }) satisfies InstanceType<GlobalComponents['sip-call']>['$props'];",
  'svelte.ts': "({ to: 'a@b.ru', video: 'yes' }) satisfies SvelteHTMLElements['sip-call'];",
};

describe('a project that depends on the package', { skip: partsMissing() }, () => {
  const folder = privateFolder('framework');
  const sources: Readonly<Record<string, string>> = {
    'react.tsx': react,
    'vue.ts': vue,
    'svelte.ts': svelte,
  };
  let browser: Browser;
  let site: PreviewServer;
  let company: Company;

  before(async () => {
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(repository, `${folder}/node_modules/sip-call`);
    for (const name of ['@types', 'react', 'react-dom', 'vue', 'svelte']) {
      symlinkSync(`${repository}node_modules/${name}`, `${folder}/node_modules/${name}`);
    }
    writeFileSync(`${folder}/package.json`, '{ "type": "module" }');
    for (const [name, text] of Object.entries(sources)) writeFileSync(`${folder}/${name}`, text);
    for (const [name, script] of Object.entries({ react: 'react.tsx', vue: 'vue.ts' })) {
      const page = `<!doctype html><html lang="en"><main></main><script type="module" src="/${script}"></script>`;
      writeFileSync(`${folder}/${name}.html`, page);
    }
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: ['--use-fake-device-for-media-stream'],
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await company?.close();
  });

  const tsc = (...files: string[]) =>
    run(
      process.execPath,
      [
        `${repository}node_modules/typescript/bin/tsc`,
        ...['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable'],
        ...[
          '--module',
          'esnext',
          '--moduleResolution',
          'bundler',
          '--jsx',
          'react-jsx',
          '--skipLibCheck',
          ...files,
        ],
      ],
      { cwd: folder, within: 240_000 },
    );

  it('compiles with React, Vue and Svelte', async () => {
    assert.equal(await tsc(...Object.keys(sources)), '');
  });

  for (const [name, mistake] of Object.entries(mistakes)) {
    it(`gets an error for a mistake in ${name}`, async () => {
      writeFileSync(`${folder}/mistaken-${name}`, `${sources[name]}${mistake}\n`);
      const complaints = await tsc(`mistaken-${name}`).then(
        () => '',
        (error: Error) => error.message,
      );
      const line = (sources[name] ?? '').split('\n').length;
      assert.match(complaints, new RegExp(`mistaken-${name.replace('.', '\\.')}\\(${line},`));
    });
  }

  it('builds with Vite, and calls from React and from Vue', async () => {
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      build: { rolldownOptions: { input: [`${folder}/react.html`, `${folder}/vue.html`] } },
    });
    site = await preview({
      root: folder,
      configFile: false,
      logLevel: 'error',
      preview: { host: '127.0.0.1', port: 0 },
    });
    const origin = new URL(site.resolvedUrls?.local[0] ?? '').origin;
    company = await startCompany([origin]);
    for (const framework of ['react', 'vue']) {
      const context = await browser.newContext({ permissions: ['microphone'], locale: 'en-US' });
      const page = await context.newPage();
      await page.goto(`${origin}/${framework}.html?gateway=${company.gateway.url}`);
      await page.getByRole('button', { name: /^Call / }).click();
      await page.locator('output', { hasText: 'in-call' }).waitFor();
      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.locator('output', { hasText: 'ended' }).waitFor();
      await context.close();
    }
  });
});
