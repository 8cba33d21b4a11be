/** Zooming of pictures: by buttons, and by Ctrl and the wheel. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

const STEP = 1.25;
const LEAST = 0.1;
const MOST = 10;

export interface Zoom {
  readonly value: number;
  readonly wheel: (event: WheelEvent) => void;
  by(factor: number): void;
  reset(): void;
}

export function useZoom(): Zoom {
  const [value, setValue] = useState(1);
  const by = (factor: number): void => setValue((before) => Math.min(MOST, Math.max(LEAST, before * factor)));
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    by(event.deltaY < 0 ? STEP : 1 / STEP);
  };
  return { value, by, wheel, reset: () => setValue(1) };
}

export function ZoomButtons({ zoom, children }: { zoom: Zoom; children?: ComponentChildren }) {
  return (
    <div class="buttons">
      <button type="button" onClick={() => zoom.by(STEP)}>
        Larger
      </button>
      <button type="button" onClick={() => zoom.by(1 / STEP)}>
        Smaller
      </button>
      <button type="button" aria-label={`Original size; now ${Math.round(zoom.value * 100)}%`} onClick={zoom.reset}>
        {Math.round(zoom.value * 100)}%
      </button>
      {children}
    </div>
  );
}
