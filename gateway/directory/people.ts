// The configuration's people by their address, as their cards show them.

import type { CardPerson } from '../cards/person.ts';
import { readableHost } from '../config/host-name.ts';
import type { Config } from '../config/schema.ts';

export interface DirectoryEntry {
  readonly person: CardPerson;
  /** The photograph on this machine's disk; undefined when it is elsewhere, or there is none. */
  readonly photoFile: string | undefined;
}

export type People = ReadonlyMap<string, DirectoryEntry>;

export function peopleOf(config: Config): People {
  return new Map(
    config.sites
      .filter(({ pages }) => pages)
      .flatMap(({ domain, callable }) =>
        callable.map(({ user, name, title, mail, phone, photo }) => {
          const address = `${user}@${domain}`;
          const elsewhere = isElsewhere(photo);
          const person = {
            address,
            // Nobody told the name: the address has to do.
            name: name ?? user,
            title: title ?? '',
            company: readableHost(domain),
            mail,
            phone,
            photo: photoUrl(address, photo),
          };
          return [address, { person, photoFile: elsewhere ? undefined : photo }] as const;
        }),
      ),
  );
}

/** Where browsers find a photograph of the configuration: an https URL, or a path on the gateway. */
export function photoUrl(address: string, photo: string | undefined): string | undefined {
  return isElsewhere(photo) ? photo : `/card/${address}/photo`;
}

function isElsewhere(photo: string | undefined): boolean {
  return photo?.startsWith('https://') ?? true;
}
