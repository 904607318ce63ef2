// A player's story as a page tells it: by gRPC-Web or Connect through Envoy, with the clients that protoc-gen-es generates.
//
//   node dist/web.js https://club.example.org grpc-web anna 'a long and unusual password' report.pdf
//   node dist/web.js https://club.example.org connect anna 'a long and unusual password' report.pdf
//
// Nothing in it needs Node but the last step, which saves the file.
import { writeFileSync } from "node:fs";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { AuthService } from "./generated/es/dossier/auth/v1/auth_service_pb.js";
import { AccountService } from "./generated/es/dossier/profile/v1/account_service_pb.js";
import { ProfileService } from "./generated/es/dossier/profile/v1/profile_service_pb.js";
import { State } from "./generated/es/dossier/report/v1/report_pb.js";
import { ReportService } from "./generated/es/dossier/report/v1/report_service_pb.js";

const [baseUrl, protocol, username, password, report] = process.argv.slice(2) as [string, string, string, string, string];
// Envoy translates the envelope and not the messages, so these are bytes in both.
const transport =
  protocol === "connect"
    ? createConnectTransport({ baseUrl, useBinaryFormat: true })
    : createGrpcWebTransport({ baseUrl });

const auth = createClient(AuthService, transport);
try {
  await auth.signIn({ username, password });
  throw new Error("nobody has signed up yet");
} catch (error) {
  const refusal = ConnectError.from(error);
  if (refusal.code !== Code.Unauthenticated) throw refusal;
}
const { tokens } = await auth.signUp({ username, password, deviceName: protocol });
const headers = { authorization: `Bearer ${tokens!.accessToken}` };

const profiles = createClient(ProfileService, transport);
await profiles.updateUser({ username, user: { city: "Kyiv" }, updateMask: { paths: ["city"] } }, { headers });
const { user } = await profiles.getUser({ username });
if (user!.city !== "Kyiv") throw new Error("the city is not what it was set to");

const reports = createClient(ReportService, transport);
const reportId = (await reports.createReport({}, { headers })).report!.reportId;
let state = State.QUEUED;
for await (const seen of reports.watchReport({ reportId }, { headers })) state = seen.report!.state;
if (state !== State.READY) throw new Error(`the report ended as ${State[state]}`);
const chunks: Uint8Array[] = [];
for await (const part of reports.downloadReport({ reportId }, { headers }))
  if (part.content.case === "chunk") chunks.push(part.content.value);
writeFileSync(report, Buffer.concat(chunks));

await createClient(AccountService, transport).deleteAccount({ username, password }, { headers });
console.log(`${username}: ${chunks.reduce((size, chunk) => size + chunk.length, 0)} bytes of report by ${protocol}`);
