import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, configFrom, parseConfig } from '../../../gateway/config/load.ts';

const smallest = 'sites: [{domain: mysite.ru, origins: ["https://mysite.ru"], callable: [director]}]';

function problems(yaml: string): readonly string[] {
  try {
    parseConfig(yaml, 'gateway.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  assert.fail('the configuration was accepted');
}

test('the smallest configuration is one site; everything else has a default', () => {
  const config = parseConfig(smallest, 'gateway.yaml');
  assert.equal(config.listen, '0.0.0.0:8443');
  assert.equal(config.limits.ringSeconds, 60);
  assert.deepEqual(config.media.pbxPorts, [20000, 29999]);
});

test('a name that YAML reads as a number becomes text', () => {
  const config = parseConfig(smallest.replace('director', '101, Director'), 'gateway.yaml');
  assert.deepEqual(
    config.sites[0]?.callable.map(({ user }) => user),
    ['101', 'director'],
  );
});

test('all problems are reported together, each with its line, key, value and what was expected', () => {
  const yaml = [
    'listen: 127.0.0.6',
    'adress: 127.0.0.6',
    'media: { browserPort: 70000 }',
    'sites:',
    '  - domain: mysite.test',
    '    origins: ["http://127.0.0.1:8088/"]',
    '    callable: [director, "500&SIP/x"]',
  ].join('\n');
  assert.deepEqual(problems(yaml), [
    'gateway.yaml:1: listen: expected ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443, got "127.0.0.6"',
    'gateway.yaml:2: adress: no such key',
    'gateway.yaml:3: media.browserPort: expected a port from 0 (any free one) to 65535, got 70000',
    'gateway.yaml:6: sites.1.origins.1: expected an origin such as https://mysite.ru (scheme, host and port only), or "*" for any page, got "http://127.0.0.1:8088/"',
    'gateway.yaml:7: sites.1.callable.2: expected letters, digits, dots, dashes or underscores, such as director or 101, got "500&sip/x"',
  ]);
});

for (const [key, value] of [
  ['browserPort', '70000'],
  ['pbxPorts', '[1, 2]'],
  ['workers', '0'],
  ['symmetricRtp', '[office]'],
  ['rtpengine', '[office]'],
] as const) {
  test(`a mistake in media.${key} is reported alone, whatever else is checked of media`, () => {
    const [problem, ...more] = problems(`${smallest}\nmedia: { ${key}: ${value} }`);
    assert.ok(problem?.includes(`media.${key}`), problem);
    assert.deepEqual(more, []);
  });
}

test('a missing key is reported with the line of its section', () => {
  assert.deepEqual(problems('sites:\n  - domain: mysite.ru\n    origins: ["*"]'), [
    'gateway.yaml:2: sites.1.callable: missing',
  ]);
  assert.deepEqual(problems(''), ['gateway.yaml:1: sites: missing']);
});

test('invalid YAML is reported with line and column', () => {
  const [problem] = problems('sites: [\n  {domain: mysite.ru');
  assert.match(problem ?? '', /^gateway\.yaml:\d+:\d+: not valid YAML/);
});

test('an alias bomb is refused rather than expanded', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [name, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map(pair => [...pair])) {
    bomb.push(`${next}: &${next} [${Array(9).fill(`*${name}`).join(', ')}]`);
  }
  assert.ok(problems(bomb.join('\n')).length > 0);
});

test('a domain that is in the list twice is a mistake', () => {
  const twice = '  - {domain: mysite.ru, origins: ["*"], callable: [a]}\n';
  assert.deepEqual(problems(`sites:\n${twice}${twice}`), [
    'gateway.yaml:3: sites.2.domain: is in the list twice, got "mysite.ru"',
  ]);
});

test('the embedded engine is the default, on the ports of SIP', () => {
  const config = parseConfig(smallest, 'gateway.yaml');
  assert.equal(config.engine, undefined);
  assert.deepEqual(config.sip, { udp: 5060, tcp: 5060 });
  assert.deepEqual(parseConfig(`sip: {udp: 0}\n${smallest}`, 'gateway.yaml').sip, { udp: 0, tcp: 5060 });
});

const remote = 'drachtio: "sip.internal:9022", secret: cymru, websocket: "ws://sip.internal:8080"';

test('three keys point at a drachtio-server', () => {
  assert.deepEqual(parseConfig(`engine: {${remote}}\n${smallest}`, 'gateway.yaml').engine, {
    drachtio: 'sip.internal:9022',
    secret: 'cymru',
    websocket: 'ws://sip.internal:8080',
  });
});

for (const [what, engine, problem] of [
  [
    'a word',
    'drachtio',
    'engine: expected drachtio, secret and websocket; leave engine out to use the embedded one, got "drachtio"',
  ],
  [
    'a URL where a place belongs',
    `{${remote.replace('"sip', '"drachtio://sip')}}`,
    'engine.drachtio: expected HOST:PORT, such as sip.internal:9022, got "drachtio://sip.internal:9022"',
  ],
  [
    'no port',
    `{${remote.replace('internal:9022', 'internal')}}`,
    'engine.drachtio: expected HOST:PORT, such as sip.internal:9022, got "sip.internal"',
  ],
  [
    'any free port',
    `{${remote.replace('9022', '0')}}`,
    'engine.drachtio: expected HOST:PORT, such as sip.internal:9022, got "sip.internal:0"',
  ],
  ['no secret', `{${remote.replace('secret: cymru, ', '')}}`, 'engine.secret: missing'],
  [
    'a WebSocket that is none',
    `{${remote.replace('ws:', 'http:')}}`,
    'engine.websocket: expected ws://HOST:PORT or wss://HOST:PORT, such as ws://sip.internal:8080, got "http://sip.internal:8080"',
  ],
] as const) {
  test(`an engine that is ${what} is refused with a reason`, () => {
    assert.deepEqual(problems(`engine: ${engine}\n${smallest}`), [`gateway.yaml:1: ${problem}`]);
  });
}

test('a secret that cannot be sent is refused without its text', () => {
  for (const [secret, problem] of [
    ['"hush|hush"', 'expected some text without | or line breaks'],
    ['1234', 'expected text; put quotes around a number'],
    ['""', 'expected some text without | or line breaks'],
  ]) {
    assert.deepEqual(problems(`engine: {${remote.replace('cymru', secret!)}}\n${smallest}`), [
      `gateway.yaml:1: engine.secret: ${problem}`,
    ]);
  }
});

test('sip is refused with a drachtio-server', () => {
  assert.deepEqual(problems(`engine: {${remote}}\nsip: {udp: 5080}\n${smallest}`), [
    'gateway.yaml:2: sip: belongs to the embedded engine; a drachtio-server has its ports in its own contacts, got {"udp":5080}',
  ]);
});

test('rtpengines replace the embedded relay', () => {
  const config = parseConfig(
    `media: {rtpengine: ["10.0.0.5:22222", "[fd00::5]:22222"]}\n${smallest}`,
    'gateway.yaml',
  );
  assert.deepEqual(config.media.rtpengine, ['10.0.0.5:22222', '[fd00::5]:22222']);
  assert.equal(parseConfig(smallest, 'gateway.yaml').media.rtpengine, undefined);
});

for (const [media, problem] of [
  ['rtpengine: 10.0.0.5', 'rtpengine: expected a list of HOST:PORT, got "10.0.0.5"'],
  [
    'rtpengine: []',
    'rtpengine: expected at least one HOST:PORT; leave rtpengine out to use the embedded relay, got []',
  ],
  [
    'rtpengine: ["udp:10.0.0.5:22222"]',
    'rtpengine.1: expected HOST:PORT, such as 10.0.0.5:22222, got "udp:10.0.0.5:22222"',
  ],
  ['rtpengine: ["a:22222", "a:22222"]', 'rtpengine.2: is in the list twice, got "a:22222"'],
  [
    'rtpengine: ["a:22222"], workers: 2',
    'workers: belongs to the embedded relay; an rtpengine has its own configuration, got 2',
  ],
] as const) {
  test(`media that says ${media} is refused with a reason`, () => {
    assert.deepEqual(problems(`media: {${media}}\n${smallest}`), [`gateway.yaml:1: media.${problem}`]);
  });
}

test('a configuration is frozen', () => {
  const config = configFrom({ sites: [{ domain: 'mysite.ru', origins: ['*'], callable: ['a'] }] });
  const [site] = config.sites;
  assert.throws(
    () =>
      (site!.callable as { user: string; mail: undefined }[]).push({ user: '+14165551212', mail: undefined }),
    TypeError,
  );
});

for (const [line, words] of [
  ['address: 0.0.0.0', /address: expected an IP address of this machine/],
  ['address: "::"', /address: expected an IP address of this machine/],
  ['address: 224.0.0.1', /address: expected an IP address of this machine/],
  ['limits: { callMinutes: 40000 }', /callMinutes: expected at most a day/],
  ['limits: { ringSeconds: 3000000 }', /ringSeconds: expected at most a day/],
] as const) {
  test(`"${line}" is refused`, () => {
    assert.match(problems(`${line}\n${smallest}`).join('\n'), words);
  });
}

test('no error contains a secret, whatever else is wrong', () => {
  const secret = '0123456789abcdef0123456789abcdef';
  const site = 'domain: mysite.ru, origins: ["*"], callable: [alex]';
  for (const text of [
    `sites: [{${site}, tokens: {secret: "${secret}", required: yes}}]`,
    `sites: [{${site}, tokens: "${secret}"}]`,
    `sites: [{${site}, tokens: {publicKey: "${secret}"}}]`,
    `sites: [{${site}, tokens: {secret: "${secret}", publicKey: "${secret}"}}]`,
    `tokens: {secret: ["${secret}"]}\nsites: [{${site}}]`,
    `sites: {${site}, tokens: {secret: "${secret}"}}`,
    `admin: {token: ["${secret}"]}\nsites: [{${site}}]`,
    `admin: {token: "${secret} "}\nsites: [{${site}}]`,
    `admin: "${secret}"\nsites: [{${site}}]`,
    `admin: {token: "${secret}", listen: "0.0.0.0:8444"}\nsites: {${site}}`,
  ]) {
    const report = problems(text).join();
    assert.notEqual(report, '');
    assert.doesNotMatch(report, /01234567/, text);
  }
});

test('TURN servers are named by their URLs and the secret that they share with us', () => {
  const at = (turn: string) => `turn: ${turn}\n${smallest}`;
  const urls = ['turn:turn.mysite.ru', 'turns:[2001:db8::1]:443?transport=tcp'];
  const config = parseConfig(at(`{urls: ${JSON.stringify(urls)}, secret: cymru}`), 'gateway.yaml');
  assert.deepEqual(config.turn, { urls, secret: 'cymru', lifetimeSeconds: 7200 });
  assert.deepEqual(problems(at('{urls: [stun:turn.mysite.ru], secret: cymru}')), [
    'gateway.yaml:1: turn.urls.1: expected a TURN URL such as turns:turn.mysite.ru:443?transport=tcp, got "stun:turn.mysite.ru"',
  ]);
});
