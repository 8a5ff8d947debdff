// A video phone with an address of its own and no PBX: a baresip that answers each call. It sends a tone and a test
// picture, and records what it receives. H.264 is its only video codec.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { BaresipControl } from './baresip-control.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';
import { hearsTone, recordedSound } from './recorded-sound.ts';

/** Hz of the tone that it sends. */
export const VIDEO_PHONE_TONE = 970;
/** Width and height in pixels of the picture that it sends. */
export const VIDEO_PHONE_SIZE = [352, 288] as const;

export class VideoPhone {
  readonly #process: PeerProcess;
  readonly #control: BaresipControl;
  readonly #folder: string;

  /** Listens on port 5060 of `address` for calls to `user`. */
  static async start(address: string, user: string): Promise<VideoPhone> {
    const folder = privateFolder('video-phone');
    const controlPort = await freePort(address);
    writeFileSync(join(folder, 'config'), configuration(folder, address, controlPort));
    writeFileSync(join(folder, 'accounts'), account(user, address));
    writeFileSync(join(folder, 'contacts'), '');
    const process = new PeerProcess('the video phone', programPath('baresip') ?? 'baresip', [
      '-f',
      folder,
      '-v',
    ]);
    await process.waitFor(/baresip is ready/);
    return new VideoPhone(process, await BaresipControl.connect(address, controlPort, () => {}), folder);
  }

  private constructor(process: PeerProcess, control: BaresipControl, folder: string) {
    this.#process = process;
    this.#control = control;
    this.#folder = folder;
  }

  /** Resolves when the tone of this frequency is the loudest that arrives. */
  async hears(frequency: number): Promise<void> {
    await hearsTone(
      'the video phone',
      () => recordedSound(this.#process.output(), 'video-phone', 1),
      frequency,
    );
  }

  /** Resolves with the next picture that is decoded. */
  async sees(): Promise<PNG> {
    const file = join(this.#folder, 'seen.png');
    rmSync(file, { force: true });
    await this.#control.command('snapshot_recv', file);
    // The file is incomplete while it is written.
    return await eventually('the video phone decodes a picture', () => PNG.sync.read(readFileSync(file)));
  }

  async stop(): Promise<void> {
    this.#control.close();
    await this.#process.stop(1_000);
  }
}

function account(user: string, address: string): string {
  const parameters = 'regint=0;answermode=auto;audio_codecs=PCMA/8000/1;video_codecs=h264';
  return `<sip:${user}@${address};transport=udp>;${parameters}\n`;
}

function configuration(folder: string, address: string, controlPort: number): string {
  const [width, height] = VIDEO_PHONE_SIZE;
  const modules = ['g711', 'ausine', 'aubridge', 'sndfile', 'avcodec', 'fakevideo', 'snapshot'];
  return [
    'poll_method epoll',
    `sip_listen ${address}:5060`,
    `net_interface ${address}`,
    'rtp_ports 21000-21998',
    `audio_source ausine,${VIDEO_PHONE_TONE}`,
    'audio_player aubridge,video-phone',
    'audio_alert aubridge,bell',
    'audio_channels 1-2',
    // ausine supports 48 kHz stereo only. With another format it fails, and baresip never sends the 200.
    'ausrc_srate 48000',
    'auplay_srate 48000',
    'ausrc_channels 2',
    'video_source fakevideo',
    'video_display fakevideo',
    `video_size ${width}x${height}`,
    'video_fps 15',
    `snd_path ${folder}`,
    'module_path /usr/lib/baresip/modules',
    ...modules.map(name => `module ${name}.so`),
    ...['module_tmp uuid.so', 'module_tmp account.so', 'module_app menu.so', 'module_app ctrl_tcp.so'],
    `ctrl_tcp_listen ${address}:${controlPort}`,
    '',
  ].join('\n');
}
