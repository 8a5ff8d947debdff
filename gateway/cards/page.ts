// A person's business card as a page: photograph, name, the address for mail and calls, and the QR code that opens the
// card on a telephone.

import { breakable, type Markup, markup } from './markup.ts';
import { type CardPerson, initials, type Links, readable, telephoneUri } from './person.ts';
import { signature } from './signature.ts';
import { type CardLanguage, cardWords } from './words.ts';

export function cardPage(person: CardPerson, links: Links, language: CardLanguage): Markup {
  const words = cardWords(language);
  const summary = [person.title, person.company].filter(Boolean).join(', ');
  return frame(
    { language, title: `${person.name} · ${person.company}` },
    markup`<meta name="description" content="${summary}. ${words.invitation}">
<meta property="og:type" content="profile">
<meta property="og:title" content="${person.name}">
<meta property="og:description" content="${summary}. ${words.invitation}">
<meta property="og:url" content="${links.card}">
<meta property="og:image" content="${links.picture}">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta name="twitter:card" content="summary_large_image">
<link rel="canonical" href="${links.card}">
<link rel="alternate" type="text/vcard" href="${links.contact}">
<script type="module" src="${links.script}"></script>`,
    markup`<main>
<section class="who">
${portrait(person)}
<div><h1>${breakable(person.name)}</h1><p class="title">${summary}</p></div>
<dl class="ways">
<div><dt>${words.call}</dt><dd>${breakable(readable(person.address))}</dd></div>
${
  person.mail !== undefined &&
  markup`<div><dt>${words.write}</dt><dd><a href="mailto:${person.mail}">${breakable(readable(person.mail))}</a></dd></div>`
}
${
  person.phone !== undefined &&
  markup`<div><dt>${words.telephone}</dt><dd><a href="${telephoneUri(person.phone)}">${person.phone}</a></dd></div>`
}
</dl>
<sip-call to="${readable(person.address)}"></sip-call>
</section>
<figure class="scan"><img src="${links.qr}" width="144" height="144" alt=""><figcaption>${words.scan}</figcaption>
<p class="more"><a href="${links.contact}">${words.save}</a><a href="${links.signature}">${words.signature}</a></p></figure>
</main>`,
  );
}

export function signaturePage(person: CardPerson, links: Links, language: CardLanguage): Markup {
  const words = cardWords(language);
  return frame(
    { language, title: `${words.signature} · ${person.name}` },
    markup`<meta name="robots" content="noindex">`,
    markup`<main class="wide"><h1>${words.signature}</h1><p>${words.signatureHow}</p>
<div class="sample">${signature(person, links, words)}</div>
<p class="back"><a href="${links.card}">${person.name}</a></p></main>`,
  );
}

function frame(
  { language, title }: { language: CardLanguage; title: string },
  head: Markup,
  body: Markup,
): Markup {
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="stylesheet" href="/card/card.css">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

function portrait({ photo, name }: CardPerson): Markup {
  return photo === undefined
    ? markup`<p class="portrait" aria-hidden="true">${initials(name)}</p>`
    : markup`<img class="portrait" src="${photo}" alt="">`;
}
