// A request for a whole picture in an INFO (RFC 5168), as PBXs send it that have no RTCP feedback. Of what is read here,
// nothing is passed on.

export const MEDIA_CONTROL = 'application/media_control+xml';

const REQUEST = 'picture_fast_update';

export function asksForPicture(body: string): boolean {
  const [, ...tags] = body.split('<');
  return tags.some(piece => {
    const [name = ''] = piece.split(/[\s/>]/, 1);
    return name === REQUEST || name.endsWith(`:${REQUEST}`);
  });
}
