// A PBX that takes no telephone-event: keys pressed in the widget go by INFO where the PBX takes that, and where it does
// not the visitor reads so.

import assert from 'node:assert/strict';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { MirrorPbx } from '../support/mirror-pbx.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;
let pbx: MirrorPbx;
const answered = new Set<string>();

stories(
  'Keys without telephone-event',
  [],
  async office => {
    visitor = await office.visitor();
    const first = office.addressOf(22);
    pbx = office.add(await MirrorPbx.start(first));
    line = await office.line({ first });
  },
  story => {
    story('keys arrive as INFO, one by one', async () => {
      await talks('INVITE, ACK, BYE, CANCEL, INFO');
      await visitor.press('4*');
      for (const key of ['4', '*']) {
        const info = await nextInfo();
        assert.equal(info.headers.get('Content-Type'), 'application/dtmf-relay');
        assert.equal(/^Signal=(.)\r$/m.exec(String(info.body))?.[1], key);
        pbx.sip.respond(info, '200 OK');
      }
      await hangsUp();
    });

    story('where the PBX takes no INFO either, the visitor reads that keys cannot be sent', async () => {
      await talks('INVITE, ACK, BYE, CANCEL');
      await visitor.click(/^Keypad$/);
      await visitor.isTold(/Keys cannot be sent in this call/);
      await hangsUp();
    });
  },
);

/** Past those that are repeated, their answer being late. */
async function nextInfo(): Promise<SipRequest> {
  for (;;) {
    const info = await pbx.sip.request('INFO');
    const number = info.headers.get('CSeq') ?? '';
    if (!answered.has(number)) {
      answered.add(number);
      return info;
    }
    pbx.sip.respond(info, '200 OK');
  }
}

async function talks(allow: string): Promise<void> {
  pbx.sip.inbox.length = 0;
  answered.clear();
  await visitor.open(line.pageFor('director'));
  await visitor.call();
  const invite: SipRequest = await pbx.sip.request('INVITE');
  pbx.sip.respond(invite, '200 OK', { body: pbx.describe(), headers: [`Allow: ${allow}`] });
  await pbx.sip.request('ACK');
  await visitor.waitFor('in-call');
}

async function hangsUp(): Promise<void> {
  await visitor.hangUp();
  pbx.sip.respond(await pbx.sip.request('BYE'), '200 OK');
}
