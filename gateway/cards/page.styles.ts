// The style sheet of a card's pages: light and dark, only fonts that the reader has installed.

export const pageStyles = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f7f6f2, #101412);
  --sheet: light-dark(#fffefb, #171c19);
  --ink: light-dark(#17211d, #e9efec);
  --soft: light-dark(#56635d, #9fada6);
  --line: light-dark(#e3e3da, #29302c);
  --accent: light-dark(#0b7a58, #3ecf9b);
  --display: "PT Serif", "Iowan Old Style", "Palatino Linotype", Palatino, "Noto Serif", Georgia, serif;
}
* { box-sizing: border-box; }
body {
  display: grid;
  place-items: center;
  min-height: 100dvh;
  margin: 0;
  padding: max(1rem, env(safe-area-inset-top)) 1rem max(1rem, env(safe-area-inset-bottom));
  background: var(--paper);
  color: var(--ink);
  font: 1.0625rem / 1.55 system-ui, sans-serif;
}
h1, p, figure, dl, dd { margin: 0; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 0.25rem; }
main {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 2rem;
  width: 100%;
  max-width: 27rem;
  padding: clamp(1.5rem, 6vw, 3rem);
  border: 1px solid var(--line);
  border-radius: 1.5rem;
  background: var(--sheet);
}
.who { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; justify-items: start; }
.portrait {
  display: grid;
  place-items: center;
  width: 6rem;
  height: 6rem;
  border-radius: 1.5rem;
  object-fit: cover;
  background: var(--paper);
  border: 1px solid var(--line);
  font: 500 2rem / 1 var(--display);
  color: var(--accent);
}
h1 { font: 500 clamp(2rem, 1.5rem + 2.5vw, 2.75rem) / 1.1 var(--display); letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
.title { margin-top: 0.375rem; color: var(--soft); }
.ways { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; align-items: baseline; }
.ways div { display: contents; }
.ways dt { color: var(--soft); }
.ways dd { padding-block: 0.25rem; overflow-wrap: anywhere; }
sip-call { --sip-call-accent: var(--accent); --sip-call-width: 100%; }
sip-call:not([state="idle"]) { width: 100%; max-width: 24rem; }
.scan { display: grid; gap: 0.75rem; padding-top: 2rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9375rem; }
.scan figcaption { text-wrap: balance; }
.scan img { box-sizing: content-box; width: 9rem; height: 9rem; border: 1px solid var(--line); border-radius: 1rem; background: #fff; }
.more { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; }
.more a { padding-block: 0.625rem; }
.sample { padding: clamp(0.75rem, 3vw, 1.25rem); border: 1px dashed var(--line); border-radius: 1rem; background: #fff; overflow-x: auto; }
.sample a { overflow-wrap: anywhere; }
main.wide { max-width: 44rem; }
.wide h1 { font-size: 1.625rem; line-height: 1.2; }
.wide h1 + p { margin-top: -1.25rem; color: var(--soft); }
.back a { display: inline-block; padding-block: 0.625rem; margin-block: -0.625rem; }
@media (min-width: 60rem) {
  main:not(.wide) { grid-template-columns: minmax(0, 1fr) 15rem; max-width: 58rem; gap: 4rem; align-items: center; }
  .who { gap: 1.5rem; }
  .scan { padding: 0 0 0 3rem; border-top: 0; border-inline-start: 1px solid var(--line); }
}
@media print { sip-call, .more { display: none; } main { border: 0; } }
`;
