// What the card of a person shows, from the configuration.

import type { CardPerson } from '../cards/person.ts';
import { readableHost } from '../config/host-name.ts';
import type { Directory } from './directory.ts';

export interface DirectoryEntry {
  readonly person: CardPerson;
  /** The photograph on the disk of this machine; undefined when it is an https URL, or there is none. */
  readonly photoFile: string | undefined;
}

/** Undefined when no person with pages has the address. */
export function cardOf(directory: Directory, address: string): DirectoryEntry | undefined {
  const [user = '', domain = '', ...rest] = address.split('@');
  const found = rest.length > 0 ? undefined : directory.personWithPages(domain, user);
  if (!found) return undefined;
  const { name = user, title = '', mail, phone, photo } = found;
  const company = readableHost(domain);
  return {
    person: { address, name, title, company, mail, phone, photo: photoUrl(address, photo) },
    photoFile: isRemote(photo) ? undefined : photo,
  };
}

/** The URL of a photograph for browsers: an https URL, or a path on the gateway. */
export function photoUrl(address: string, photo: string | undefined): string | undefined {
  return isRemote(photo) ? photo : `/card/${address}/photo`;
}

/** True without a photograph too: then the gateway has no file. */
function isRemote(photo: string | undefined): boolean {
  return photo?.startsWith('https://') ?? true;
}
