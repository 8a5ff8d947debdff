// The styles of a call with video: the other side, and the visitor in a corner, or on the whole area while the other
// side is not visible.

export const videoStyles = /* css */ `
  .card.wide {
    inline-size: calc(var(--sip-call-width, 20rem) * 1.2);
  }
  .video {
    position: relative;
    margin: -0.625rem -0.625rem 0;
    border-radius: 1.125rem;
    overflow: hidden;
    background: radial-gradient(circle at 50% 40%, #24302b, #0d120f);
    aspect-ratio: 4 / 3;
    isolation: isolate;
  }
  /* One pixel larger on each side, because at fractional sizes the background would show. */
  .video video {
    position: absolute;
    inset: -1px;
    inline-size: calc(100% + 2px);
    block-size: calc(100% + 2px);
    object-fit: cover;
    transition: opacity 0.3s, filter 0.3s;
  }
  .video:not(.remote-visible) .remote-video {
    opacity: 0;
  }
  /* The other side's picture has stopped. */
  .frozen .remote-video {
    opacity: 0.5;
    filter: blur(4px) saturate(0.4);
  }
  .mirrored {
    transform: scaleX(-1);
  }
  .remote-visible .self-view {
    inset: auto;
    inset-block-end: 0.75rem;
    inset-inline-end: 0.75rem;
    inline-size: 27%;
    block-size: auto;
    aspect-ratio: 4 / 3;
    border-radius: 0.75rem;
    box-shadow: 0 0 0 2px #ffffffd9, 0 6px 18px #0006;
    background: #0d120f;
  }
  .video-controls {
    position: absolute;
    z-index: 1;
    inset-block-start: 0.5rem;
    inset-inline-end: 0.5rem;
    display: flex;
    gap: 0.375rem;
  }
  /* Its shape is in call-card.styles.ts, with that of the close button. */
  .video-control {
    background: #0d120f8f;
    backdrop-filter: blur(6px);
    color: #fff;
    transition: background-color 0.15s;
  }
  .video-control:hover,
  .video-control[aria-pressed='true'] {
    background: #0d120fd9;
  }
  .video-control:focus-visible {
    outline-color: #fff;
    outline-offset: -4px;
  }
  .card:fullscreen {
    inline-size: auto;
    max-inline-size: none;
    padding: 1rem;
    border: 0;
    border-radius: 0;
    animation: none;
  }
  .card:fullscreen .video {
    flex: 1;
    min-block-size: 0;
    margin: 0;
    aspect-ratio: auto;
  }
  .card:fullscreen .remote-video {
    object-fit: contain;
  }
  .card:fullscreen .remote-visible .self-view {
    inline-size: clamp(6rem, 18%, 15rem);
  }
  .card:fullscreen > :not(.video) {
    inline-size: 100%;
    max-inline-size: 26rem;
    margin-inline: auto;
  }
  @media (forced-colors: active) {
    .video-control {
      border: 1px solid ButtonText;
    }
  }
`;
