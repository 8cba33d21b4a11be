import { render } from 'preact';
import './style.css';

render(<main>Upstart</main>, document.getElementById('app') as HTMLElement);
