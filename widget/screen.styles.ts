// The looks of a call with a picture: the other side, and the visitor in its corner.

export const screenStyles = /* css */ `
  .screen {
    position: relative;
    margin: -0.5rem -0.5rem 0.25rem;
    border-radius: 1.125rem;
    overflow: hidden;
    background: #0d120f;
    aspect-ratio: 4 / 3;
  }
  video {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .self {
    position: absolute;
    inset-block-end: 0.625rem;
    inset-inline-end: 0.625rem;
    inline-size: 28%;
    block-size: auto;
    aspect-ratio: 4 / 3;
    border-radius: 0.625rem;
    border: 2px solid #fffc;
    transform: scaleX(-1);
  }
`;
