import { describe, expect, it } from 'vitest';
import { escaped, shortened, widthOf } from './svg.ts';

describe('text in a picture', () => {
  it('is escaped, for content and attributes', () => {
    expect(escaped('<a href="x">&</a>')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;');
  });

  it('has only characters that XML knows', () => {
    expect(escaped('a\u0000b\u001bc\udc80d\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
    expect(escaped('two\nlines 😀 é')).toBe('two\nlines 😀 é');
  });

  it('is cut by characters, not inside of one', () => {
    expect(shortened('ab😀cd', 5)).toBe('ab😀cd');
    expect(shortened('ab😀cd', 4)).toBe('ab😀…');
  });

  it('is as wide as its characters', () => {
    expect(widthOf('iii')).toBeLessThan(widthOf('mmm'));
    expect(widthOf('漢字', 10)).toBeCloseTo(21);
    expect(widthOf('')).toBe(0);
  });
});
