/** The look of plots, besides that of all pictures. */
export const STYLE = `
.zebra { fill: #f6f8fa; }
.tick { stroke: #d1d9e0; stroke-width: 1; }
.starting { fill: #8c959f; } .pre-start { fill: #8250df; } .spawned { fill: #218bff; }
.post-start { fill: #1b7c83; } .running { fill: #b4e6c1; } .stopping { fill: #d4a72c; }
.event { fill: #54aeff; stroke: #0969da; }
.cross { stroke: #cf222e; stroke-width: 2.2; fill: none; }
.failed { fill: #cf222e; font-weight: 600; }
.link { fill: none; stroke-width: 1; opacity: .65; }
.starts { stroke: #0969da; } .stops { stroke: #bc4c00; stroke-dasharray: 6 4; } .waits { stroke: #1a7f37; stroke-dasharray: 2 3; }
.sample { opacity: 1; stroke-width: 1.6; } .chain { stroke-width: 2; opacity: 1; }
@media (prefers-color-scheme: dark) {
.zebra { fill: #151b23; }
.tick { stroke: #3d444d; }
.starting { fill: #9198a1; } .pre-start { fill: #a371f7; } .spawned { fill: #388bfd; }
.post-start { fill: #39c5cf; } .running { fill: #1d5230; } .stopping { fill: #bb8009; }
.event { fill: #1f6feb; stroke: #79c0ff; }
.cross { stroke: #ff7b72; }
.failed { fill: #ff7b72; }
.starts { stroke: #58a6ff; } .stops { stroke: #f0883e; } .waits { stroke: #3fb950; }
}`;
