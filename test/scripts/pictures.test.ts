import { expect, test } from 'vitest';
import { arePicturesCurrent } from '../../scripts/pictures/pictures.mjs';
import { statesPicture } from '../../scripts/pictures/states.mjs';

test('the pictures show the sources as they are', () => {
  expect(arePicturesCurrent(), 'run node scripts/pictures/pictures.mjs').toBe(true);
});

test('a state, or a way, that the layout does not know is refused', () => {
  expect(() => statesPicture({ dreaming: { start: 'running', stop: 'stopping' } })).toThrow('dreaming has no place');
  expect(() => statesPicture({ waiting: { start: 'killed', stop: 'killed' } })).toThrow(
    'no way from waiting to killed',
  );
});
