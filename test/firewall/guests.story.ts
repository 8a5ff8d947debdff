// Guest calls to a stock Asterisk that includes the kit's files: the reached person, the status of a failed call, and the
// log and CDR of the PBX. BIND serves the zones.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { namespacesMissing } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { run } from '../support/peer-process.ts';
import { repository } from '../support/repository.ts';
import { address, BUSY_PORT, Company, PAGE } from './company.ts';

const slow = { within: 60_000 };

describe('guests', { skip: partsMissing(firewallPrograms) || (await namespacesMissing()) }, () => {
  let company: Company;

  before(
    async () => {
      company = await Company.open();
      for (const machine of [company.machines.pbx22, company.machines.pbx16]) {
        await company.caller(machine, 'busy', String(BUSY_PORT)).waitFor(/^ready$/, slow);
      }
    },
    { timeout: 240_000 },
  );
  after(async () => await company?.close());

  const pbxs = [
    { version: 22, which: 'pbx22', domain: 'mysite.test', unknown: 480 },
    // Its site has bad-user for callers of an unknown name, and that answers.
    { version: 16, which: 'pbx16', domain: 'old.mysite.test', unknown: 200 },
  ] as const;

  /** Calls of a visitor through the gateway, one after another; resolves with how each ended. */
  async function visit(domain: string, ...users: readonly string[]): Promise<string[]> {
    const url = `http://${address.gateway}:443`;
    const all = users.map(user => `${user}@${domain}`);
    const caller = company.caller(company.machines.good, 'guess', url, PAGE, ...all);
    const endings = () => caller.output().match(/^\S+ \d{3}$/gm) ?? [];
    await eventually(`${users.length} calls have ended`, () => endings().length === users.length, slow);
    return endings().map(line => line.replace(`@${domain}`, ''));
  }

  for (const { version, which, domain, unknown } of pbxs) {
    test(`Asterisk ${version}: guest-call holds the names and one pattern, and opens nothing else`, async () => {
      const pbx = company[which];
      const shown = await pbx.cli('dialplan show guest-call');
      assert.match(shown, /\[ Context 'guest-call' created by 'pbx_config' \]/);
      assert.doesNotMatch(shown, /Include =>|Switch =>/);
      const extensions = [...shown.matchAll(/^ {2}'([^']+)' => +1\. (\S+)/gm)].map(match => match.slice(1));
      const leadsOut = new RegExp(
        `^Goto\\(guest-call-(?:at-${domain.replaceAll('.', '\\.')}|domains|wrong),`,
      );
      for (const [name = '', step = ''] of extensions) assert.match(step, leadsOut, name);
      assert.deepEqual(
        extensions.map(([name]) => name).filter(name => name?.startsWith('_')),
        ['_[!-~]!'],
      );
      // Lines after the #include stay in their context.
      assert.match(await pbx.cli('dialplan show office'), /'999'/);
      for (const [name] of (await pbx.cli('dialplan show')).matchAll(/Context 'guest-call[^']*'/g)) {
        assert.doesNotMatch(
          await pbx.cli(`dialplan show ${name.slice(9, -1)}`),
          /'999'|Include =>|Switch =>/,
        );
      }
      assert.doesNotMatch(await pbx.cli('dialplan show default'), /guest-call/);
    });

    test(`Asterisk ${version}: a present person answers, and a failed call has the right status`, async () => {
      const endings = {
        director: 200,
        'anna.petrova': 200,
        // A telephone of two people.
        'front-desk': 200,
        // A conference.
        seminar: 200,
        unplugged: 480,
        // An extension that the office never made.
        lost: 480,
        // No extension is configured.
        nowhere: 480,
        busy: 486,
        gone: unknown,
      };
      assert.deepEqual(
        await visit(domain, ...Object.keys(endings)),
        Object.entries(endings).map(([user, status]) => `${user} ${status}`),
      );
    });

    test(`Asterisk ${version}: the call and its page are in the log and in the CDR`, async () => {
      const pbx = company[which];
      assert.deepEqual(await visit(domain, 'director'), ['director 200']);
      const line = new RegExp(
        `Ext\\. director: Good call IP=${address.good} via gateway ${address.gateway} call (\\S+) page ${PAGE}/contacts$`,
        'gm',
      );
      const call = await eventually('the line is there', () => [...pbx.messages.matchAll(line)].at(-1)?.[1]);
      await eventually('the gateway has logged the same', () =>
        company.gateway.log.includes(`"call":"${call}"`),
      );
      await eventually('the CDR has it', () =>
        pbx.logFile('cdr-csv/Master.csv').includes(`"${call} ${PAGE}/contacts"`),
      );
    });

    test(`Asterisk ${version}: direct guest calls are limited in number and length`, async () => {
      const pbx = company[which];
      await pbx.quiet(slow);
      const users = ['director', 'director', 'director'];
      const dialling = company.caller(company.machines.forger, 'dial', pbx.address, '', ...users);
      await dialling.waitFor(/^director 503$/, slow);
      assert.deepEqual(dialling.output().match(/\d{3}$/gm), ['200', '200', '503']);
      // Asterisk writes its log in a separate thread, possibly after the response.
      await eventually('the refusal is logged', () =>
        /Limit of guest calls reached\. Refused IP=198\.51\.100\.99$/m.test(pbx.messages),
      );
      // Only the limit of the PBX ends these calls: without RTP they would last for two minutes.
      await pbx.quiet(slow);
      // The gateway has no part in this limit.
      assert.deepEqual(
        await visit(domain, 'director', 'director', 'director'),
        Array(3).fill('director 200'),
      );
    });
  }

  test('two sites of one PBX have a director each', async () => {
    const { pbx22 } = company;
    const since = pbx22.mark();
    assert.deepEqual(await visit('shop.mysite.test', 'director'), ['director 200']);
    await pbx22.waitFor(/Called (?:Local\/)?205@office/, { ...slow, since });
    const before = pbx22.mark();
    assert.deepEqual(await visit('mysite.test', 'director'), ['director 200']);
    await pbx22.waitFor(/Called (?:Local\/)?105@office/, { ...slow, since: before });
  });

  test('the zones lead our own resolver to every server, transport and port', async () => {
    const program = join(repository, 'dist/gateway/main.js');
    const walk = async (name: string) => {
      const args = [
        program,
        'resolve',
        name,
        '--json',
        '--dns',
        '127.0.0.1:53',
        '--allow',
        '198.51.100.0/24',
      ];
      const { targets } = JSON.parse(await run(process.execPath, args, { inside: company.machines.gateway }));
      return targets.map((one: Record<string, unknown>) => `${one.transport} ${one.address}:${one.port}`);
    };
    assert.deepEqual(await walk('director@mysite.test'), [
      `udp ${address.pbx22}:5060`,
      `tcp ${address.pbx22}:5060`,
    ]);
    assert.deepEqual(await walk('director@old.mysite.test'), [
      `udp ${address.pbx16}:5060`,
      `tcp ${address.pbx16}:5060`,
    ]);
  });
});
