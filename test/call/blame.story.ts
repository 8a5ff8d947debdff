// Who is blamed, with real PBXs, a real page and its element: the visitor gets neutral words and other ways to reach the
// person, the log has the cause and the line that mends it.

import assert from 'node:assert/strict';
import { Asterisk, type AsteriskVersion } from '../support/asterisk.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;

/** Ways that need no call from this page. */
const fallbacks = { hotline: '+7 812 000-00-00', mail: 'office@mysite.test' };

interface Wrong {
  readonly what: string;
  readonly version: AsteriskVersion;
  readonly extensions?: string;
  readonly changed?: Parameters<typeof Asterisk.start>[1]['changed'];
  readonly cause: RegExp;
  readonly reasons: readonly string[];
  readonly mend: RegExp;
}

const wrongs: readonly Wrong[] = [
  {
    what: 'asks guests for a password (chan_pjsip)',
    version: 22,
    changed: { 'pjsip.conf': text => text.replace(/^\[anonymous\]$/m, '[somebody]') },
    cause: /^pbx-asks-password$/,
    reasons: ['server-unreachable'],
    mend: /\[anonymous\]/,
  },
  {
    what: 'lets no guests in (chan_sip)',
    version: 16,
    changed: { 'sip.conf': text => text.replace('allowguest=yes', 'allowguest=no') },
    cause: /^pbx-(asks-password|forbids)$/,
    reasons: ['server-unreachable'],
    mend: /sip-call pbx/,
  },
  {
    what: 'has no context for guests (chan_pjsip)',
    version: 22,
    extensions: '[default]\nexten => director,1,Answer()\n',
    cause: /^pbx-lacks-user$/,
    reasons: ['no-answer'],
    mend: /Add director to the context/,
  },
  {
    what: 'has no context for guests (chan_sip)',
    version: 16,
    extensions: '[elsewhere]\nexten => director,1,Answer()\n',
    cause: /^pbx-lacks-user$/,
    reasons: ['no-answer'],
    mend: /Add director to the context/,
  },
  {
    what: 'has the telephone unplugged (chan_pjsip)',
    version: 22,
    extensions: '[guest-call]\nexten => director,1,Dial(PJSIP/106)\n same => n,Hangup()\n',
    cause: /^(phone-unavailable|pbx-takes-no-calls|pbx-lacks-user)$/,
    reasons: ['no-answer', 'server-unreachable'],
    mend: /director/,
  },
  {
    what: 'has G.729 alone (chan_pjsip)',
    version: 22,
    changed: { 'pjsip.conf': text => text.replace('allow = opus,alaw,ulaw,g722,vp8,h264', 'allow = g729') },
    cause: /^pbx-refuses-codecs$/,
    reasons: ['server-unreachable'],
    mend: /media\.rtpengine/,
  },
];

stories(
  'The right words to the right person',
  [],
  async office => {
    visitor = await office.visitor();
  },
  story => {
    for (const [index, wrong] of wrongs.entries()) {
      story(`the PBX ${wrong.what}`, async office => {
        const { version, extensions, changed } = wrong;
        const address = office.network.address(30 + index);
        await office.add(
          await Asterisk.start(version, {
            address,
            phones: { address: office.nobody, port: 5070 },
            ...(extensions && { extensions }),
            ...(changed && { changed }),
          }),
        );
        const line = await office.line({ first: address, published: 'srv', site: { fallbacks } });
        await visitor.open(line.pageFor('director'));
        await visitor.call();
        const { reason = '' } = await visitor.ended();
        assert.ok(wrong.reasons.includes(reason), reason);
        await visitor.isTold(/Other ways|not responding|Nobody answered/);
        const [text] = await line.gateway.waitFor(/^.*"msg":"call ended".*$/);
        const ended = JSON.parse(text);
        assert.match(ended.cause, wrong.cause);
        assert.deepEqual([ended.level, ended.side], ['warn', 'pbx']);
        assert.match(ended.mend, wrong.mend);
      });
    }

    story('the PBX answers and its sound does not arrive', async office => {
      const address = office.network.address(40);
      // Asterisk sends nothing while it waits.
      const extensions = '[guest-call]\nexten => director,1,Answer()\n same => n,Wait(60)\n';
      await office.add(await Asterisk.start(22, { address, extensions }));
      const line = await office.line({ first: address, published: 'srv' });
      await visitor.open(line.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.isSending(9);
      await visitor.hangUp();
      const [text] = await line.gateway.waitFor(/^.*"msg":"call ended".*$/);
      const ended = JSON.parse(text);
      assert.deepEqual(
        [ended.outcome, ended.cause, ended.side, ended.level],
        ['answered', 'no-sound-from-pbx', 'pbx', 'warn'],
      );
      assert.match(ended.mend, /UDP 20000-20998 of 127\./);
    });

    story('two gateways behind one name have different secrets', async office => {
      const line = await office.line({ first: office.nobody, published: 'srv', site: { fallbacks } });
      const other = await office.line({ first: office.nobody, published: 'srv' });
      const tokens = `${other.gateway.url}/token`;
      await visitor.open(line.pageFor('director', { 'token-url': tokens }));
      await visitor.call();
      assert.deepEqual(await visitor.ended(), { state: 'failed', reason: 'server-unreachable' });
      const [text] = await line.gateway.waitFor(/^.*"msg":"call refused".*$/);
      const { level, cause, side, mend } = JSON.parse(text);
      assert.deepEqual([level, cause, side], ['warn', 'token-of-another-gateway', 'owner']);
      assert.match(mend, /the same tokens\.secret/);
    });
  },
);
