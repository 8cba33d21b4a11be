console.log(`works on ${process.argv.slice(2).join(' ')}, ${process.env.GREETING}`);
process.on('SIGTERM', () => {
  console.log('bye');
  process.exit(0);
});
setInterval(() => {}, 1000);
