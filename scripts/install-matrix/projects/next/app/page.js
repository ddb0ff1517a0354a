export default function Page() {
  return <p>Keys</p>;
}
