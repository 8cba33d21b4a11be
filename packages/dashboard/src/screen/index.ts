export { runScreen } from './screen.ts';
