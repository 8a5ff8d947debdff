// Draws something once where nobody sees it, while somebody only points at the button: templates are parsed, styles
// matched and fonts found by the time they press, which a small machine would feel.

export function prerender(root: ShadowRoot, draw: (place: HTMLElement) => void): void {
  const stage = document.createElement('div');
  stage.inert = true;
  Object.assign(stage.style, { position: 'fixed', visibility: 'hidden', contain: 'strict', width: '320px' });
  root.append(stage);
  draw(stage);
  // One frame lays it out.
  requestAnimationFrame(() => setTimeout(() => stage.remove()));
}
