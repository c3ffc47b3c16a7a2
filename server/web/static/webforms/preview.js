// The form in ODK Web Forms: asked here, sent nowhere. What would be sent is shown, and can be kept as a case.
import { createApp, h } from "./vue.js";
import { OdkWebForm, webFormsPlugin } from "./index.js";

const place = document.getElementById("webform");
const page = window.parent.document; // the page whose frame this is; of the same host

// jr://file/villages.csv, jr://images/a.png ...: the last part is the file's name.
const fetchFormAttachment = (address) => fetch(place.dataset.media + encodeURIComponent(decodeURIComponent(String(address).split("/").pop())));

const show = async (payload, done) => {
  const xml = await payload.data[0].get("xml_submission_file").text();
  page.getElementById("filled").textContent = xml;
  const sent = page.getElementById("sent");
  if (sent) sent.value = xml;
  const caught = page.getElementById("caught");
  caught.hidden = false;
  caught.scrollIntoView();
  done();
};

new ResizeObserver(() => {
  if (window.frameElement) window.frameElement.style.height = `${document.documentElement.offsetHeight}px`;
}).observe(document.documentElement);

try {
  const answer = await fetch(place.dataset.form);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const formXml = await answer.text();
  const app = createApp({
    render: () => h(OdkWebForm, { formXml, fetchFormAttachment, missingResourceBehavior: "BLANK", onSubmit: show }),
  });
  app.use(webFormsPlugin);
  app.mount(place);
} catch (error) {
  place.textContent = `${place.dataset.failed} ${error}`;
}
