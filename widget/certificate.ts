// The certificate of a call's DTLS (RFC 8827 6.5), which its offer would have to wait for: the first is made as soon as
// this is loaded, when somebody only points at the button. Each call has one of its own, so that nobody is known again
// by it.

type Certificates = Promise<RTCCertificate[] | undefined>;

let spare: Certificates | undefined = make();

/** For one call. Undefined where the browser makes none in advance: then it makes one in time. */
export function takeCertificate(): Certificates {
  const taken = spare ?? make();
  spare = undefined;
  return taken;
}

async function make(): Certificates {
  try {
    const key: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
    return [await RTCPeerConnection.generateCertificate(key)];
  } catch {
    return undefined;
  }
}
