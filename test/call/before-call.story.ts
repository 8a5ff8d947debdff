// Before the call: a visitor tries their sound with the gateway and nobody else, chooses a microphone, and finds it
// chosen in a later call; or finds that it is gone.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;

stories(
  'Before the call',
  [16],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(16) });
  },
  story => {
    story('a visitor hears themselves, and is told so; nobody is called', async () => {
      await visitor.open(line.pageFor('director'));
      await visitor.click(/^Check your sound$/);
      await panelSays(/^Hear how you sound/);
      assert.equal(await visitor.happens(() => window.sipCallTest.microphone()), undefined);
      await visitor.click(/^Test your sound$/);
      await panelSays(/^Your sound came back.*There and back in \d+\sms/);
      await visitor.hears(visitor.tone);
      await visitor.click(/^Stop$/);
      await eventually('the page plays nothing', async () => (await visitor.heard()) === undefined);
      await panelSays(/^Your sound came back/);
      assert.deepEqual(await visitor.states(), []);
    });

    story('a test ends when the visitor calls, and the call has the sound', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director'));
      await visitor.click(/^Check your sound$/);
      await visitor.click(/^Test your sound$/);
      await panelSays(/^Your sound came back/);
      await visitor.call();
      await visitor.waitFor('in-call');
      assert.equal(await panel(), undefined);
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.hangUp();
    });

    story('a microphone chosen before is the one of a later call, and of a later visit', async () => {
      await visitor.open(line.pageFor('director'));
      await visitor.click(/^Check your sound$/);
      const chosen = await eventually('a microphone is in the list', () =>
        visitor.happens(() => {
          const list = document.querySelector('sip-call')?.shadowRoot?.querySelector('select');
          const option = list?.options[list.options.length - 1];
          if (!list || !option?.value) return undefined;
          list.value = option.value;
          list.dispatchEvent(new Event('change'));
          return option.value;
        }),
      );
      await visitor.click(/^Test your sound$/);
      await panelSays(/^Your sound came back/);
      assert.equal(await microphone(), chosen);
      await calledWith(chosen);
      await visitAgain();
      await calledWith(chosen);
    });

    story('a remembered microphone that is gone: the call has another, and the choice is kept', async () => {
      await visitor.open(line.pageFor('director'));
      const gone = 'a headset that was left at home';
      await visitor.happens(() =>
        localStorage.setItem('sip-call.audioinput', 'a headset that was left at home'),
      );
      await visitor.click(/^Check your sound$/);
      await eventually('the system chooses', () =>
        visitor.happens(
          () => document.querySelector('sip-call')?.shadowRoot?.querySelector('select')?.value === '',
        ),
      );
      await visitor.call();
      await visitor.waitFor('in-call');
      const used = await microphone();
      assert.ok(used && used !== gone);
      assert.equal(await visitor.happens(() => localStorage.getItem('sip-call.audioinput')), gone);
      await visitor.hangUp();
    });

    story('a gateway that is out of reach is told of, and the test is to be had again', async () => {
      await visitor.open(line.pageFor('director'));
      await visitor.happens(() => {
        const element = document.querySelector('sip-call');
        element?.setAttribute('gateway', 'http://127.0.0.1:9');
      });
      await visitor.click(/^Check your sound$/);
      await visitor.click(/^Test your sound$/);
      await panelSays(/^Could not connect/);
      await visitor.happens(() => document.querySelector('sip-call')?.removeAttribute('gateway'));
      await visitor.click(/^Test again$/);
      await panelSays(/^Your sound came back/);
      await visitor.click(/^Stop$/);
    });

    story('sound that does not get through is told of', async () => {
      await visitor.open(line.pageFor('director'));
      await visitor.happens(() => {
        // A firewall that lets no sound through: the checks of ICE go elsewhere.
        const set = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function (description) {
          const sdp = description.sdp?.replace(/^(a=candidate:\S+ 1 \S+ \d+ \S+) \d+/gm, '$1 9');
          return Reflect.apply(set, this, [{ type: description.type, ...(sdp && { sdp }) }]);
        };
      });
      await visitor.click(/^Check your sound$/);
      await visitor.click(/^Test your sound$/);
      await panelSays(
        /^(?:Your sound does not come back|No sound gets through).*Your network may block calls/,
      );
      await visitor.click(/^Close$/);
    });
  },
);

/** What the panel says; undefined while it is not there. */
async function panel(): Promise<string | undefined> {
  return await visitor.happens(
    () =>
      document.querySelector('sip-call')?.shadowRoot?.querySelector('[part=sound-check] [role=status]')
        ?.textContent ?? undefined,
  );
}

async function panelSays(text: RegExp): Promise<void> {
  await eventually(`the panel says ${text}`, async () => {
    const said = await panel();
    if (said && text.test(said)) return true;
    throw new Error(`the panel says "${said}"`);
  });
}

async function microphone(): Promise<string | undefined> {
  return await visitor.happens(() => window.sipCallTest.microphone());
}

async function calledWith(chosen: string): Promise<void> {
  await visitor.call();
  await visitor.waitFor('in-call');
  assert.equal(await microphone(), chosen);
  await visitor.hangUp();
  await visitor.ended();
}

/** The same visitor, with what their browser remembers. */
async function visitAgain(): Promise<void> {
  await visitor.happens(() => {
    setTimeout(() => location.reload());
    document.querySelector('sip-call')?.setAttribute('data-old', '');
  });
  await eventually('the page is there anew', () =>
    visitor
      .happens(() => Boolean(document.querySelector('sip-call:defined:not([data-old])')))
      .catch(() => undefined),
  );
}
