/*
 * FormFiller - drives JavaRosa (the form engine inside ODK Collect) from the command line.
 *
 * Compiled against ODK_Validate.jar, which the Python package "pyxform" carries:
 *   javac -cp ODK_Validate.jar -d build FormFiller.java
 *   java  -cp ODK_Validate.jar:build FormFiller form.xml --seed 1 --count 5 --out out/
 *
 * Modes
 *   fill   (default)          answer every relevant question at random within its constraint, finalise,
 *                             write <out>/<formid>_<n>/submission.xml (+ attachments, audit.csv)
 *   --script cases.json       give the named answers only; report for every question whether it was shown,
 *                             what the constraint said, and all calculated values
 *   --describe                load the form only; list questions, choices, labels in every language
 *   --edit instance.xml       start from a finished instance, apply the hints, finalise as an edit (deprecatedID)
 *
 * A JSON report goes to stdout (or --report FILE). Exit: 0 ok, 1 something invalid, 2 form not loadable, 3 usage.
 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.javarosa.core.model.*;
import org.javarosa.core.model.actions.recordaudio.RecordAudioActions;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointAction;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointActionHandler;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.condition.IFunctionHandler;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.*;
import org.javarosa.core.model.instance.utils.DefaultAnswerResolver;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.core.model.utils.IPreloadHandler;
import org.javarosa.core.reference.InvalidReferenceException;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceFactory;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.services.locale.Localizer;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.core.services.transport.payload.ByteArrayPayload;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryCaption;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.*;

import java.io.*;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.text.SimpleDateFormat;
import java.util.*;

public class FormFiller {

    // ------------------------------------------------------------------ options
    static Path formPath;
    static long seed = 1;
    static int count = 1;
    static Path outDir;
    static JsonNode hints;
    static List<Path> mediaDirs = new ArrayList<>();
    static String lang;
    static Path scriptPath;
    static boolean describe;
    static Path editPath;
    static int tries = 400, restarts = 8;
    static double skipProb = 0.0;
    static int repMin = 1, repMax = 3;
    static String deviceId = "collect:FormFillerDevice1", username = "", phone = "", email = "";
    static boolean deterministic, unicode, labels = true;
    static Path reportPath, lastSaved;
    static int maxQuestions = 50000;
    static double[] bbox = {-1.40, 36.60, -1.15, 37.05};

    static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    static final String ODK_NS = "http://www.opendatakit.org/xforms";
    static Path tmpDir;

    static Random rnd;                       // per instance
    static List<String> runtimeProblems;     // per instance: swallowed errors worth reporting
    static List<Map<String, Object>> attachments;
    static List<TreeReference> audioTargets;

    public static void main(String[] argv) throws Exception {
        int rc;
        try {
            if (!parseArgs(argv)) {
                System.err.println("usage: FormFiller form.xml [--seed N] [--count K] [--out DIR] [--answers hints.json]\n"
                    + "  [--script cases.json | --describe | --edit instance.xml] [--media DIR]... [--lang L] [--tries N] [--restarts N]\n"
                    + "  [--skip-prob P] [--repeats MIN,MAX] [--bbox minlat,minlon,maxlat,maxlon] [--deviceid S] [--username S]\n"
                    + "  [--phone S] [--email S] [--deterministic] [--unicode] [--no-labels] [--last-saved FILE] [--report FILE]");
                System.exit(3);
            }
            Map<String, Object> report = new LinkedHashMap<>();
            PrintStream realOut = System.out;
            System.setOut(System.err);      // the engine prints to stdout here and there
            rc = run(report);
            if (reportPath != null) JSON.writeValue(reportPath.toFile(), report);
            else {
                byte[] b = JSON.writeValueAsString(report).getBytes(StandardCharsets.UTF_8);
                realOut.write(b, 0, b.length);
                realOut.println();
                realOut.flush();
            }
        } catch (Throwable t) {
            t.printStackTrace();
            rc = 4;
        }
        System.exit(rc);
    }

    static boolean parseArgs(String[] a) throws Exception {
        for (int i = 0; i < a.length; i++) {
            String s = a[i];
            switch (s) {
                case "--seed": seed = Long.parseLong(a[++i]); break;
                case "--count": count = Integer.parseInt(a[++i]); break;
                case "--out": outDir = Paths.get(a[++i]); break;
                case "--answers": hints = JSON.readTree(new File(a[++i])); break;
                case "--media": mediaDirs.add(Paths.get(a[++i])); break;
                case "--lang": lang = a[++i]; break;
                case "--script": scriptPath = Paths.get(a[++i]); break;
                case "--describe": describe = true; break;
                case "--edit": editPath = Paths.get(a[++i]); break;
                case "--restarts": restarts = Integer.parseInt(a[++i]); break;
                case "--tries": tries = Integer.parseInt(a[++i]); break;
                case "--skip-prob": skipProb = Double.parseDouble(a[++i]); break;
                case "--repeats": { String[] p = a[++i].split(","); repMin = Integer.parseInt(p[0]); repMax = Integer.parseInt(p[p.length - 1]); break; }
                case "--bbox": { String[] p = a[++i].split(","); for (int k = 0; k < 4; k++) bbox[k] = Double.parseDouble(p[k]); break; }
                case "--deviceid": deviceId = a[++i]; break;
                case "--username": username = a[++i]; break;
                case "--phone": phone = a[++i]; break;
                case "--email": email = a[++i]; break;
                case "--deterministic": deterministic = true; break;
                case "--unicode": unicode = true; break;
                case "--no-labels": labels = false; break;
                case "--report": reportPath = Paths.get(a[++i]); break;
                case "--last-saved": lastSaved = Paths.get(a[++i]); break;
                case "--max-questions": maxQuestions = Integer.parseInt(a[++i]); break;
                default:
                    if (s.startsWith("--") || formPath != null) { System.err.println("unknown argument " + s); return false; }
                    formPath = Paths.get(s).toAbsolutePath();
            }
        }
        if (formPath == null) return false;
        String base = formPath.getFileName().toString().replaceAll("\\.[^.]*$", "");
        Path dir = formPath.getParent();
        for (String m : new String[]{base + "-media", base + "_media", "media", "."}) mediaDirs.add(dir.resolve(m).normalize());
        return true;
    }

    // ------------------------------------------------------------------ engine set-up, as Collect's JavaRosaInitializer does
    static void setupEngine() throws IOException {
        tmpDir = Files.createTempDirectory("formfiller");
        Path ls = tmpDir.resolve("last-saved.xml");
        if (lastSaved != null) Files.copy(lastSaved, ls);
        else Files.write(ls, "<?xml version='1.0' ?><stub />".getBytes(StandardCharsets.UTF_8));
        ls.toFile().deleteOnExit();
        tmpDir.toFile().deleteOnExit();

        org.javarosa.core.services.PropertyManager.setPropertyManager(new Props());
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        XFormParser.registerActionHandler(SetGeopointActionHandler.ELEMENT_NAME, new GeoHandler());
        RecordAudioActions.setRecordAudioListener((ref, quality) -> audioTargets.add(ref));
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(new MediaFactory());
    }

    static class Props implements IPropertyManager {
        public List<String> getProperty(String n) { return Collections.emptyList(); }
        public void setProperty(String n, String v) { }
        public void setProperty(String n, List<String> v) { }
        public void addRules(IPropertyRules r) { }
        public List<IPropertyRules> getRules() { return Collections.emptyList(); }
        public String getSingularProperty(String n) {
            switch (n.toLowerCase(Locale.ROOT)) {
                case "deviceid": case "uri:deviceid": return deviceId;
                case "username": return username;
                case "uri:username": return username.isEmpty() ? "" : "username:" + username;
                case "phonenumber": return phone;
                case "uri:phonenumber": return phone.isEmpty() ? "" : "tel:" + phone;
                case "email": return email;
                case "uri:email": return email.isEmpty() ? "" : "mailto:" + email;
                default: return "";
            }
        }
    }

    public static class Geo extends SetGeopointAction {
        public Geo() { super(null); }
        public void requestLocationUpdates() { saveLocationValue(randomPoint(null)); }
    }

    static class GeoHandler extends SetGeopointActionHandler {
        public SetGeopointAction getSetGeopointAction() { return new Geo(); }
    }

    /** jr://file/x, jr://file-csv/x, jr://images/x ... -> the first media directory which has x */
    static class MediaFactory implements ReferenceFactory {
        public boolean derives(String uri) { return uri.startsWith("jr://"); }
        public Reference derive(String uri) { return new MediaRef(uri); }
        public Reference derive(String uri, String ctx) { return new MediaRef(uri); }
    }

    static class MediaRef implements Reference {
        final String uri;
        MediaRef(String uri) { this.uri = uri; }
        Path path() {
            String name = uri.replaceFirst("^jr://[^/]+/", "");
            if (name.equals("last-saved.xml")) return tmpDir.resolve("last-saved.xml");
            Path p = findMedia(name);
            return p != null ? p : mediaDirs.get(mediaDirs.size() - 1).resolve(name);
        }
        public boolean doesBinaryExist() { return Files.exists(path()); }
        public InputStream getStream() throws IOException { return Files.newInputStream(path()); }
        public String getURI() { return uri; }
        public String getLocalURI() { return path().toString(); }
        public boolean isReadOnly() { return true; }
        public OutputStream getOutputStream() throws IOException { throw new IOException("read only"); }
        public void remove() { }
        public Reference[] probeAlternativeReferences() { return new Reference[0]; }
    }

    static Path findMedia(String name) {
        for (Path d : mediaDirs) if (Files.isRegularFile(d.resolve(name))) return d.resolve(name);
        return null;
    }

    // ------------------------------------------------------------------ Collect's pulldata() and intersects()
    static final Map<String, List<Map<String, String>>> csvCache = new HashMap<>();

    static List<Map<String, String>> csv(String name) throws IOException {
        String n = name.toLowerCase(Locale.US).endsWith(".csv") ? name.substring(0, name.length() - 4) : name;
        if (csvCache.containsKey(n)) return csvCache.get(n);
        Path p = findMedia(n + ".csv");
        if (p == null) return null;
        List<Map<String, String>> rows = new ArrayList<>();
        String text = new String(Files.readAllBytes(p), StandardCharsets.UTF_8);
        if (text.startsWith("\uFEFF")) text = text.substring(1);
        try (CSVParser c = CSVParser.parse(text, CSVFormat.DEFAULT.withFirstRecordAsHeader().withTrim())) {
            for (CSVRecord r : c) {
                Map<String, String> m = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                m.putAll(r.toMap());
                rows.add(m);
            }
        }
        csvCache.put(n, rows);
        return rows;
    }

    static class PullData implements IFunctionHandler {
        public String getName() { return "pulldata"; }
        public List<Class[]> getPrototypes() { return new ArrayList<>(); }
        public boolean rawArgs() { return true; }
        public boolean realTime() { return false; }
        public Object eval(Object[] args, EvaluationContext ec) {
            if (args.length != 4) { problem("pulldata() with " + args.length + " arguments"); return ""; }
            String file = XPathFuncExpr.toString(args[0]), col = XPathFuncExpr.toString(args[1]);
            String key = XPathFuncExpr.toString(args[2]), val = XPathFuncExpr.toString(args[3]);
            try {
                List<Map<String, String>> rows = csv(file);
                if (rows == null) { problem("pulldata(): no file " + file + ".csv beside the form"); return ""; }
                for (Map<String, String> r : rows) if (val.equals(r.get(key))) return r.get(col) == null ? "" : r.get(col);
            } catch (IOException | RuntimeException e) { problem("pulldata(" + file + "): " + e); }
            return "";
        }
    }

    static class Intersects implements IFunctionHandler {
        public String getName() { return "intersects"; }
        public List<Class[]> getPrototypes() { return Collections.singletonList(new Class[]{String.class}); }
        public boolean rawArgs() { return false; }
        public boolean realTime() { return false; }
        public Object eval(Object[] args, EvaluationContext ec) {
            List<double[]> p = new ArrayList<>();
            for (String s : String.valueOf(args[0]).split(";")) {
                String[] c = s.trim().split("\\s+");
                if (c.length >= 2) p.add(new double[]{Double.parseDouble(c[0]), Double.parseDouble(c[1])});
            }
            int n = p.size() - 1;
            for (int i = 0; i < n; i++)
                for (int j = i + 2; j < n; j++) {
                    if (i == 0 && j == n - 1 && Arrays.equals(p.get(0), p.get(n))) continue;
                    if (cross(p.get(i), p.get(i + 1), p.get(j), p.get(j + 1))) return true;
                }
            return false;
        }
        static double o(double[] a, double[] b, double[] c) { return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]); }
        static boolean cross(double[] a, double[] b, double[] c, double[] d) { return o(a, b, c) * o(a, b, d) < 0 && o(c, d, a) * o(c, d, b) < 0; }
    }

    /** java.util.Random gives nearly the same first draws for neighbouring seeds; mix them (splitmix64) */
    static Random rng(long s) {
        long z = s * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return new Random(z ^ (z >>> 31));
    }

    static void problem(String s) {
        if (runtimeProblems != null && !runtimeProblems.contains(s)) runtimeProblems.add(s);
    }

    // ------------------------------------------------------------------ a form session
    static int filling = 0;     // number of the instance being filled, from 0

    static class Session {
        FormDef def;
        FormEntryModel model;
        FormEntryController fec;
        Map<String, Integer> nameUse = new HashMap<>();
        Map<String, Integer> hintCursor = new HashMap<>();
        List<String[]> audit = new ArrayList<>();
        long t0 = System.currentTimeMillis();

        Session(boolean newInstance, Path instance) throws Exception {
            def = load();
            model = new FormEntryModel(def);
            fec = new FormEntryController(model);
            fec.addFunctionHandler(new PullData());
            fec.addFunctionHandler(new Intersects());
            if (deterministic) {
                def.getPreloader().addPreloadHandler(new IPreloadHandler() {
                    public String preloadHandled() { return "uid"; }
                    public IAnswerData handlePreload(String p) { return new StringData("uuid:" + new UUID((rnd.nextLong() & ~0xF000L) | 0x4000L, (rnd.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L)); }
                    public boolean handlePostProcess(TreeElement n, String p) { return false; }
                });
            }
            if (instance != null) importInstance(instance);
            def.initialize(newInstance, new InstanceInitializationFactory());
            if (lang != null) fec.setLanguage(lang);
            for (TreeReference r : audioTargets) {
                TreeElement e = def.getMainInstance().resolveReference(r);
                if (e != null) def.setValue(new StringData(attach("background.m4a", "audio")), e.getRef(), true);
            }
        }

        /** as Collect's FormEntryUseCases.importInstance */
        void importInstance(Path p) throws Exception {
            TreeElement saved = XFormParser.restoreDataModel(Files.readAllBytes(p), null).getRoot();
            TreeElement template = def.getInstance().getRoot().deepCopy(true);
            if (!saved.getName().equals(template.getName())) throw new RuntimeException("instance root " + saved.getName() + " is not " + template.getName());
            XFormParser.setAnswerResolver(new DefaultAnswerResolver());
            template.populate(saved, def);
            def.getInstance().setName(null);
            def.getInstance().setRoot(template);
            if (model.getLanguages() != null) def.localeChanged(model.getLanguage(), def.getLocalizer());
        }

        String path(TreeReference ref) { return shortRef(ref); }

        IAnswerData stored(FormIndex ix) {
            TreeElement e = def.getMainInstance().resolveReference(ix.getReference());
            return e == null ? null : e.getValue();
        }

        /** Collect saves first and then checks, so that a constraint which names the question by its full path sees the new value. */
        int give(FormIndex ix, IAnswerData d) {
            IAnswerData old = stored(ix);
            fec.saveAnswer(ix, d, true);
            int r = fec.answerQuestion(ix, d, true);
            if (r != FormEntryController.ANSWER_OK) fec.saveAnswer(ix, old, true);
            return r;
        }

        String constraintMessage(FormIndex ix, IAnswerData d) {
            FormEntryPrompt p = model.getQuestionPrompt(ix);
            String m = null;
            try { m = p.getConstraintText(null, d); } catch (RuntimeException e) { problem("constraint message of " + path(ix.getReference()) + ": " + e); }
            if (m == null) try { m = p.getSpecialFormQuestionText("constraintMsg"); } catch (RuntimeException ignored) { }
            return m;
        }

        String requiredMessage(FormIndex ix) {
            TreeElement e = def.getMainInstance().resolveReference(ix.getReference());
            String raw = e.getBindAttributeValue(XFormParser.NAMESPACE_JAVAROSA, "requiredMsg");
            if (raw == null) return null;
            try {
                Object v = XPathParseTool.parseXPath("string(" + raw + ")").eval(def.getMainInstance(), new EvaluationContext(def.getEvaluationContext(), e.getRef()));
                return String.valueOf(XPathFuncExpr.unpack(v));
            } catch (Exception x) { return raw; }
        }

        List<SelectChoice> choices(FormEntryPrompt p) {
            List<SelectChoice> s = searchChoices(p);
            if (s != null) return s;
            List<SelectChoice> c = p.getSelectChoices();
            return c == null ? Collections.emptyList() : c;
        }

        /** Collect's search() appearance over a CSV beside the form */
        List<SelectChoice> searchChoices(FormEntryPrompt p) {
            String app = p.getQuestion().getAppearanceAttr();
            if (app == null) return null;
            int at = app.indexOf("search(");
            if (at < 0) return null;
            int depth = 0, end = -1;
            for (int i = at + 6; i < app.length(); i++) {
                if (app.charAt(i) == '(') depth++;
                if (app.charAt(i) == ')' && --depth == 0) { end = i + 1; break; }
            }
            try {
                XPathFuncExpr f = (XPathFuncExpr) XPathParseTool.parseXPath(app.substring(at, end));
                EvaluationContext ec = new EvaluationContext(def.getEvaluationContext(), p.getIndex().getReference());
                List<String> a = new ArrayList<>();
                for (XPathExpression x : f.args) a.add(XPathFuncExpr.toString(XPathFuncExpr.unpack(x.eval(def.getMainInstance(), ec))));
                List<Map<String, String>> rows = csv(a.get(0));
                if (rows == null) { problem("search(): no file " + a.get(0) + ".csv beside the form"); return Collections.emptyList(); }
                List<SelectChoice> out = new ArrayList<>();
                for (SelectChoice c : p.getQuestion().getChoices()) {
                    if (c.getValue().matches("-?[0-9]+")) { out.add(c); continue; }     // static choices stay
                    Set<String> seen = new HashSet<>();
                    for (Map<String, String> r : rows) {
                        boolean ok = true;
                        if (a.size() >= 4) {
                            ok = false;
                            for (String col : a.get(2).split("[, ]+")) {
                                String v = r.get(col) == null ? "" : r.get(col), w = a.get(3);
                                switch (a.get(1)) {
                                    case "matches": ok |= v.equals(w); break;
                                    case "contains": ok |= v.contains(w); break;
                                    case "startswith": ok |= v.startsWith(w); break;
                                    case "endswith": ok |= v.endsWith(w); break;
                                    default:
                                }
                            }
                            if (a.size() >= 6) ok &= a.get(5).equals(r.get(a.get(4)));
                        }
                        String v = r.get(c.getValue());
                        if (ok && v != null && !v.isEmpty() && seen.add(v)) {
                            SelectChoice n = new SelectChoice(null, r.getOrDefault(c.getLabelInnerText() == null ? "" : c.getLabelInnerText(), v), v, false);
                            n.setIndex(out.size());
                            out.add(n);
                        }
                    }
                }
                return out;
            } catch (Exception e) { problem("search() appearance of " + path(p.getIndex().getReference()) + ": " + e); return Collections.emptyList(); }
        }

        byte[] submission() throws IOException {
            SubmissionProfile sp = def.getSubmissionProfile();
            IDataReference ref = sp == null || sp.getRef() == null ? new XPathReference("/") : sp.getRef();
            return ((ByteArrayPayload) new XFormSerializingVisitor().createSerializedPayload(def.getInstance(), ref)).getPayloadStream().readAllBytes();
        }

        String meta(String name) {
            TreeElement m = def.getInstance().getRoot().getFirstChild("meta");
            if (m == null) return null;
            TreeElement e = m.getFirstChild(name);
            return e == null || e.getValue() == null ? null : e.getValue().getDisplayText();
        }

        /** what Collect does when the user finalises: post-processing (end timestamps), audit file name, new instanceID on edits */
        void finalise(boolean edit) throws IOException {
            fec.finalizeFormEntry();
            TreeElement m = def.getInstance().getRoot().getFirstChild("meta");
            if (m != null) {
                TreeElement au = m.getFirstChild("audit");
                if (au != null) {
                    au.setValue(new StringData("audit.csv"));
                    writeAudit(au);
                }
                if (edit) {
                    TreeElement id = m.getFirstChild("instanceID");
                    TreeElement dep = m.getFirstChild("deprecatedID");
                    if (dep == null) { dep = new TreeElement("deprecatedID"); m.addChild(dep); }
                    dep.setAnswer(id.getValue());
                    id.setAnswer(new StringData("uuid:" + UUID.randomUUID()));
                }
            }
        }

        void writeAudit(TreeElement au) {
            boolean loc = au.getBindAttributeValue(ODK_NS, "location-priority") != null;
            boolean chg = "true".equals(au.getBindAttributeValue(ODK_NS, "track-changes"));
            boolean usr = "true".equals(au.getBindAttributeValue(ODK_NS, "identify-user"));
            boolean why = "on-form-edit".equals(au.getBindAttributeValue(ODK_NS, "track-changes-reasons"));
            StringBuilder b = new StringBuilder("event,node,start,end");
            if (loc) b.append(",latitude,longitude,accuracy");
            if (chg) b.append(",old-value,new-value");
            if (usr) b.append(",user");
            if (why) b.append(",change-reason");
            b.append("\n");
            long t = t0;
            List<String[]> ev = new ArrayList<>();
            ev.add(new String[]{"form start", "", "", ""});
            ev.addAll(audit);
            ev.add(new String[]{"form save", "", "", ""});
            ev.add(new String[]{"form exit", "", "", ""});
            ev.add(new String[]{"form finalize", "", "", ""});
            for (String[] e : ev) {
                boolean q = e[0].equals("question");
                long e1 = t, e2 = t + 2000 + rnd.nextInt(15000);
                b.append(e[0]).append(',').append(e[1]).append(',').append(e1).append(',').append(q ? String.valueOf(e2) : "");
                if (loc) { String[] p = randomPoint(null).split(" "); b.append(',').append(p[0]).append(',').append(p[1]).append(',').append(p[3]); }
                if (chg) b.append(',').append(csvq(e[2])).append(',').append(csvq(e[3]));
                if (usr) b.append(',').append(csvq(username.isEmpty() ? "enumerator" : username));
                if (why) b.append(',');
                b.append("\n");
                if (q) t = e2;
            }
            pendingFiles.put("audit.csv", b.toString().getBytes(StandardCharsets.UTF_8));
            attachments.add(map("name", "audit.csv", "kind", "audit"));
        }
    }

    static String csvq(String s) { return s == null ? "" : s.matches("(?s).*[\",\n].*") ? "\"" + s.replace("\"", "\"\"") + "\"" : s; }

    static FormDef load() throws Exception {
        try (InputStream in = Files.newInputStream(formPath)) {      // always UTF-8, whatever the JVM's default is
            return XFormUtils.getFormFromInputStream(in, "jr://file/last-saved.xml");
        }
    }

    static String shortRef(TreeReference ref) {
        // /data/group/rep[2]/name ; the multiplicity is shown only where it says something (repeat instances)
        return ref.toString(true, true).replaceAll("\\[@template\\]", "[template]");
    }

    /** /data[1]/g[1]/rep[2]/q[1] -> /data/g/rep[2]/q : [1] is kept only on repeats */
    static String nice(FormDef def, TreeReference ref) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < ref.size(); i++) {
            b.append('/').append(ref.getName(i));
            int m = ref.getMultiplicity(i);
            if (m < 0) continue;
            TreeElement e = def.getMainInstance().resolveReference(ref.getSubReference(i));
            boolean rep = m > 0 || (e != null && e.isRepeatable());
            if (rep) b.append('[').append(m + 1).append(']');
        }
        return b.toString();
    }

    // ------------------------------------------------------------------ main run
    static int run(Map<String, Object> report) throws Exception {
        setupEngine();
        Map<String, Object> form = new LinkedHashMap<>();
        report.put("engine", engineVersions());
        report.put("form", form);
        form.put("path", formPath.toString());
        rnd = rng(seed);
        runtimeProblems = new ArrayList<>();
        attachments = new ArrayList<>();
        audioTargets = new ArrayList<>();
        FormDef def;
        try {
            def = load();
        } catch (Throwable t) {
            report.put("loadError", throwable(t));
            return 2;
        }
        report.put("loadError", null);
        describeForm(def, form);

        if (describe || scriptPath != null) return runScript(report);
        return runFill(report);
    }

    static Map<String, Object> engineVersions() {
        Map<String, Object> m = new LinkedHashMap<>();
        try (InputStream in = FormDef.class.getResourceAsStream("/META-INF/maven/org.getodk/javarosa/pom.properties")) {
            Properties p = new Properties();
            p.load(in);
            m.put("javarosa", p.getProperty("version"));
        } catch (Exception e) { m.put("javarosa", "?"); }
        m.put("java", System.getProperty("java.version"));
        return m;
    }

    static Map<String, Object> throwable(Throwable t) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("type", t.getClass().getName());
        m.put("message", String.valueOf(t.getMessage()));
        if (t.getCause() != null && t.getCause() != t) m.put("cause", throwable(t.getCause()));
        StackTraceElement[] st = t.getStackTrace();
        if (st.length > 0) m.put("at", st[0].toString());
        return m;
    }

    static void describeForm(FormDef def, Map<String, Object> form) {
        TreeElement root = def.getMainInstance().getRoot();
        form.put("title", def.getTitle());
        form.put("id", root.getAttributeValue(null, "id"));
        form.put("version", root.getAttributeValue(null, "version"));
        if (form.get("id") == null) form.put("id", def.getMainInstance().schema);
        Localizer l = def.getLocalizer();
        form.put("languages", l == null ? Collections.emptyList() : Arrays.asList(l.getAvailableLocales()));
        form.put("defaultLanguage", l == null ? null : l.getDefaultLocale());
        int[] n = new int[3];
        countElements(def, n);
        form.put("questionsInForm", n[0]);
        form.put("groupsInForm", n[1]);
        form.put("repeatsInForm", n[2]);
        form.put("parseWarnings", new ArrayList<>(def.getParseWarnings()));
        form.put("parseErrors", new ArrayList<>(def.getParseErrors()));
        SubmissionProfile sp = def.getSubmissionProfile();
        form.put("submissionUrl", sp == null ? null : sp.getAction());
        form.put("encrypted", sp != null && sp.getAttribute("base64RsaPublicKey") != null);
        List<Object> ext = new ArrayList<>();
        for (DataInstance<?> di : def.getFormInstances().values()) {
            if (di instanceof ExternalDataInstance) {
                Map<String, Object> m = new LinkedHashMap<>();
                m.put("id", di.getInstanceId());
                ExternalDataInstance x = (ExternalDataInstance) di;
                boolean missing;
                try { missing = x.isUsingPlaceholder(); } catch (RuntimeException e) { missing = true; }
                m.put("found", !missing);
                if (!missing) m.put("items", x.getRoot().getNumChildren());
                ext.add(m);
            }
        }
        form.put("externalInstances", ext);
    }

    static void countElements(IFormElement e, int[] n) {
        if (e instanceof QuestionDef) n[0]++;
        else if (e instanceof GroupDef) { if (((GroupDef) e).getRepeat()) n[2]++; else n[1]++; }
        if (e.getChildren() != null) for (IFormElement c : e.getChildren()) countElements(c, n);
    }

    // ------------------------------------------------------------------ fill mode
    static int runFill(Map<String, Object> report) throws Exception {
        List<Object> instances = new ArrayList<>();
        report.put("instances", instances);
        int valid = 0, asked = 0, unanswered = 0;
        Path out = outDir == null ? null : outDir;
        if (out != null) Files.createDirectories(out);
        @SuppressWarnings("unchecked") Map<String, Object> form = (Map<String, Object>) report.get("form");
        for (int k = 0; k < count; k++) {
            Map<String, Object> r = new LinkedHashMap<>();
            instances.add(r);
            long s = seed * 1_000_003L + k;
            List<Object> stops = new ArrayList<>();
            for (int attempt = 0; ; attempt++) {
                r.clear();
                r.put("index", k);
                r.put("seed", s);
                rnd = rng(s + attempt * 7_919_000_017L);
                runtimeProblems = new ArrayList<>();
                attachments = new ArrayList<>();
                audioTargets = new ArrayList<>();
                pendingFiles = new LinkedHashMap<>();
                try {
                    fillOne(r, k, out, String.valueOf(form.get("id")), form);
                } catch (Throwable t) {
                    r.put("valid", false);
                    r.put("error", throwable(t));
                }
                r.put("problems", runtimeProblems);
                // a required note which cannot be answered: the form stops the interviewer until an earlier answer is corrected. Begin again with other answers.
                if (r.get("stop") == null || attempt >= restarts || editPath != null) break;
                stops.add(r.get("stop"));
                if (r.get("file") != null) {
                    File[] left = new File(String.valueOf(r.get("file"))).getParentFile().listFiles();
                    if (left != null) for (File f : left) f.delete();
                }
            }
            r.put("stops", stops);
            if (Boolean.TRUE.equals(r.get("valid"))) valid++;
            asked += (int) r.getOrDefault("questionsAsked", 0);
            unanswered += r.get("unanswered") instanceof List ? ((List<?>) r.get("unanswered")).size() : 0;
        }
        report.put("totals", map("instances", count, "valid", valid, "questionsAsked", asked, "unanswered", unanswered));
        return valid == count ? 0 : 1;
    }

    static void fillOne(Map<String, Object> r, int k, Path out, String formId, Map<String, Object> form) throws Exception {
        long start = System.nanoTime();
        filling = k;
        Session s = new Session(editPath == null, editPath);
        List<Map<String, Object>> failures = new ArrayList<>();
        Set<String> asked = new LinkedHashSet<>(), answered = new LinkedHashSet<>(), skipped = new LinkedHashSet<>(), readonly = new LinkedHashSet<>();
        Set<String> failed = new LinkedHashSet<>();
        Map<String, Integer> repeatGoal = new HashMap<>();
        // A later answer can bring an earlier question into view, so walk until a pass asks nothing new.
        for (int pass = 0; pass < 4; pass++) {
            int before = asked.size();
            walk(s, asked, answered, skipped, readonly, failed, failures, repeatGoal);
            if (asked.size() == before) break;
        }
        // Finalise: JavaRosa goes through the whole form again; re-answer what has become invalid, a few times.
        Map<String, Object> validation = null;
        for (int round = 0; round < 25; round++) {
            ValidateOutcome v = s.def.validate();
            if (v == null) { validation = null; break; }
            FormIndex ix = v.failedPrompt;
            String p = nice(s.def, ix.getReference());
            validation = map("path", p, "outcome", v.outcome == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? "constraint" : "required",
                "message", v.outcome == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? s.constraintMessage(ix, s.stored(ix)) : s.requiredMessage(ix));
            if (s.model.getQuestionPrompt(ix).isReadOnly()) r.put("stop", p + ": " + label(s.model.getQuestionPrompt(ix)));
            if (failed.contains(p) || s.model.getQuestionPrompt(ix).isReadOnly()) break;
            if (!answer(s, ix, true, skipped, failed, failures)) break;
            for (int pass = 0; pass < 3; pass++) {
                int before = asked.size();
                walk(s, asked, answered, skipped, readonly, failed, failures, repeatGoal);
                if (asked.size() == before) break;
            }
        }
        boolean ok = validation == null;
        r.put("valid", ok);
        r.put("questionsAsked", asked.size());
        r.put("answered", answered.size());
        r.put("readOnlyShown", readonly.size());
        r.put("skippedOptional", skipped.size());
        r.put("unanswered", failures);
        r.put("validation", validation);
        if (labels && k == 0) form.put("missingTranslations", missingLabels(s));
        s.finalise(editPath != null);
        r.put("instanceID", s.meta("instanceID"));
        r.put("instanceName", s.meta("instanceName"));
        r.put("attachments", attachments);
        byte[] xml = s.submission();
        if (out != null) {
            Path d = out.resolve(formId.replaceAll("[^A-Za-z0-9_.-]", "_") + "_" + String.format("%04d", k + 1));
            Files.createDirectories(d);
            if (editPath != null && editPath.toAbsolutePath().getParent() != null)      // Collect copies the whole instance folder before an edit
                try (java.util.stream.Stream<Path> old = Files.list(editPath.toAbsolutePath().getParent())) {
                    for (Path x : (Iterable<Path>) old::iterator)
                        if (Files.isRegularFile(x) && !x.getFileName().toString().endsWith(".xml") && !pendingFiles.containsKey(x.getFileName().toString())) pendingFiles.put(x.getFileName().toString(), Files.readAllBytes(x));
                }
            Path f = d.resolve(ok ? "submission.xml" : "invalid.xml");
            Files.write(f, xml);
            for (Map.Entry<String, byte[]> e : pendingFiles.entrySet()) Files.write(d.resolve(e.getKey()), e.getValue());
            r.put("file", f.toString());
        } else r.put("xml", new String(xml, StandardCharsets.UTF_8));
        r.put("seconds", Math.round((System.nanoTime() - start) / 1e6) / 1000.0);
    }

    static void walk(Session s, Set<String> asked, Set<String> answered, Set<String> skipped, Set<String> readonly, Set<String> failed,
                     List<Map<String, Object>> failures, Map<String, Integer> repeatGoal) {
        s.fec.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int ev, steps = 0;
        while ((ev = s.fec.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (++steps > maxQuestions) { problem("stopped after " + maxQuestions + " steps: endless repeat?"); return; }
            FormIndex ix = s.model.getFormIndex();
            if (ev == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                // the prompt sits at the index of the instance which would be created
                TreeReference ref = ix.getReference();
                String key = nice(s.def, ref.getParentRef()) + "/" + ref.getNameLast();
                int have = ref.getMultLast();
                int want = repeatGoal.computeIfAbsent(key, x -> repeatWish(ref.getNameLast(), key));
                if (have < want && have < 500) s.fec.newRepeat();
                continue;
            }
            if (ev == FormEntryController.EVENT_REPEAT) {
                TreeReference ref = ix.getReference();
                String key = nice(s.def, ref.getParentRef()) + "/" + ref.getNameLast();
                IFormElement el = s.def.getChild(ix);
                boolean counted = el instanceof GroupDef && ((GroupDef) el).getCountReference() != null;
                if (!counted) {
                    int want = repeatGoal.computeIfAbsent(key, x -> repeatWish(ref.getNameLast(), key));
                    if (ref.getMultLast() >= want) {       // Collect lets the user delete the first, pre-made instance
                        FormIndex to = s.fec.deleteRepeat();
                        s.fec.jumpToIndex(to);
                        if (s.model.getEvent() == FormEntryController.EVENT_REPEAT) s.fec.stepToPreviousEvent();
                        continue;
                    }
                }
                continue;
            }
            if (ev != FormEntryController.EVENT_QUESTION) continue;
            String p = nice(s.def, ix.getReference());
            FormEntryPrompt q = s.model.getQuestionPrompt(ix);
            if (q.isReadOnly()) { readonly.add(p); continue; }
            if (!asked.add(p)) {
                if (s.stored(ix) != null || failed.contains(p) || skipped.contains(p)) continue;   // already dealt with
            }
            if (answer(s, ix, false, skipped, failed, failures)) answered.add(p);
        }
    }

    static int repeatWish(String name, String key) {
        JsonNode h = hints == null ? null : hints.get("__repeats__");
        JsonNode v = h == null ? null : h.has(key) ? h.get(key) : h.get(name);
        if (v != null) {
            if (v.isInt()) return v.asInt();
            if (v.isArray() && v.size() > 0) return v.get(rnd.nextInt(v.size())).asInt();
            if (v.isObject()) { int lo = v.path("min").asInt(1), hi = v.path("max").asInt(lo); return lo + rnd.nextInt(Math.max(1, hi - lo + 1)); }
        }
        return repMin + rnd.nextInt(Math.max(1, repMax - repMin + 1));
    }

    static JsonNode hintFor(String name, String path) {
        if (hints == null) return null;
        String plain = path.replaceAll("\\[\\d+\\]", "");
        for (String k : new String[]{path, plain, name}) if (hints.has(k)) return hints.get(k);
        return null;
    }

    /** @return true when the question has an answer now */
    static boolean answer(Session s, FormIndex ix, boolean again, Set<String> skipped, Set<String> failed, List<Map<String, Object>> failures) {
        FormEntryPrompt q = s.model.getQuestionPrompt(ix);
        TreeElement node = s.def.getMainInstance().resolveReference(ix.getReference());
        String p = nice(s.def, ix.getReference()), name = ix.getReference().getNameLast();
        JsonNode h = hintFor(name, p);
        boolean required = q.isRequired();
        boolean preset = s.stored(ix) != null && !again;
        if (h == null && preset && (editPath != null || rnd.nextDouble() < 0.5)) {      // a default or dynamic default: half the users keep it
            if (s.def.evaluateConstraint(ix.getReference(), s.stored(ix))) return true;
        }
        double skip = h != null && h.isObject() && h.has("skip") ? h.get("skip").asDouble() : (h == null ? skipProb : 0);
        if (h != null && h.isNull()) skip = 1;
        if (!required && !again && rnd.nextDouble() < skip) { skipped.add(p); return false; }

        String why = null;
        IAnswerData last = null;
        int n = 0;
        Candidates cand = new Candidates(s, node, q);
        int max = h != null && !h.isObject() && !h.isArray() ? 1 : tries;
        for (; n < max; n++) {
            IAnswerData d;
            try {
                d = h != null ? hinted(s, q, h, name, n, cand) : random(s, q, node, n, cand);
            } catch (NoChoices e) { why = "no choices to pick from"; break; }
            catch (RuntimeException e) { why = "cannot make an answer: " + e; break; }
            if (d == null) { why = "no answer possible"; break; }
            last = d;
            int res;
            try { res = s.give(ix, d); } catch (RuntimeException e) { why = "engine error: " + e; problem(p + ": " + e); break; }
            if (res == FormEntryController.ANSWER_OK) {
                s.audit.add(new String[]{"question", p, "", text(d, node)});
                failed.remove(p);
                return true;
            }
            why = res == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? "constraint" : "required";
        }
        failed.add(p);
        Map<String, Object> f = map("path", p, "reason", why, "tries", n + (n < max ? 1 : 0), "required", required, "type", typeName(q));
        if ("constraint".equals(why)) {
            f.put("message", s.constraintMessage(ix, last));
            f.put("constraint", constraintText(node));
            f.put("lastTried", last == null ? null : text(last, node));
        }
        failures.add(f);
        return false;
    }

    static String constraintText(TreeElement node) {
        try { return ((org.javarosa.xpath.XPathConditional) node.getConstraint().constraint).xpath; } catch (RuntimeException e) { return null; }
    }

    static String text(IAnswerData d, TreeElement node) {
        if (d == null) return null;
        try { return String.valueOf(new XFormAnswerDataSerializer().serializeAnswerData(d, node.getDataType())); }
        catch (RuntimeException e) { return d.getDisplayText(); }
    }

    static class NoChoices extends RuntimeException { }

    // ------------------------------------------------------------------ hints
    static IAnswerData hinted(Session s, FormEntryPrompt q, JsonNode h, String name, int n, Candidates c) {
        if (h.isArray()) {
            if (h.size() == 0) return null;
            return parse(s, q, h.get(rnd.nextInt(h.size())));
        }
        if (h.isObject()) {
            if (h.has("cycle")) {
                JsonNode a = h.get("cycle");
                int at = s.hintCursor.merge(name, 1, Integer::sum) - 1;
                return parse(s, q, a.get(at % a.size()));
            }
            if (h.has("each")) return parse(s, q, h.get("each").get(filling % h.get("each").size()));
            if (h.has("choose")) {
                double total = 0;
                Iterator<Map.Entry<String, JsonNode>> it = h.get("choose").fields();
                List<Map.Entry<String, JsonNode>> es = new ArrayList<>();
                while (it.hasNext()) { Map.Entry<String, JsonNode> e = it.next(); es.add(e); total += e.getValue().asDouble(); }
                double x = rnd.nextDouble() * total;
                for (Map.Entry<String, JsonNode> e : es) { x -= e.getValue().asDouble(); if (x <= 0) return parse(s, q, JSON.valueToTree(e.getKey())); }
                return parse(s, q, JSON.valueToTree(es.get(es.size() - 1).getKey()));
            }
            if (h.has("regex")) return cast(q, RegexSample.sample(h.get("regex").asText(), rnd));
            if (h.has("mean")) {
                double v = h.get("mean").asDouble() + rnd.nextGaussian() * h.path("sd").asDouble(1);
                if (h.has("min")) v = Math.max(v, h.get("min").asDouble());
                if (h.has("max")) v = Math.min(v, h.get("max").asDouble());
                return cast(q, num(q, v, h.path("decimals").asInt(2)));
            }
            if (h.has("min") || h.has("max")) {
                JsonNode lo = h.path("min"), hi = h.path("max");
                if (lo.isTextual() || hi.isTextual()) {     // dates
                    long a = lo.isTextual() ? day(lo.asText()) : day("today-3650"), b = hi.isTextual() ? day(hi.asText()) : day("today");
                    return cast(q, fmtDay(a + (long) (rnd.nextDouble() * (b - a + 1))));
                }
                double a = lo.asDouble(0), b = h.has("max") ? hi.asDouble() : a + 100;
                boolean integer = q.getDataType() == Constants.DATATYPE_INTEGER || q.getDataType() == Constants.DATATYPE_LONG;
                if (integer) return cast(q, String.valueOf((long) a + (long) (rnd.nextDouble() * (b - a + 1))));
                return cast(q, num(q, a + rnd.nextDouble() * (b - a), h.path("decimals").asInt(2)));
            }
            if (h.has("bbox")) {
                double[] bb = new double[4];
                for (int i = 0; i < 4; i++) bb[i] = h.get("bbox").get(i).asDouble();
                return cast(q, geo(q.getDataType(), bb));
            }
            if (h.has("value")) return parse(s, q, h.get("value"));
            return random(s, q, s.def.getMainInstance().resolveReference(q.getIndex().getReference()), n, c);
        }
        return parse(s, q, h);
    }

    static long day(String t) {
        if (t.startsWith("today")) return epochDay(new Date()) + (t.length() > 5 ? Long.parseLong(t.substring(5).replace("+", "")) : 0);
        return java.time.LocalDate.parse(t).toEpochDay();
    }

    static long epochDay(Date d) { return d.toInstant().atZone(java.time.ZoneId.systemDefault()).toLocalDate().toEpochDay(); }

    static String fmtDay(long d) { return java.time.LocalDate.ofEpochDay(d).toString(); }

    static String num(FormEntryPrompt q, double v, int dec) {
        if (q.getDataType() == Constants.DATATYPE_INTEGER || q.getDataType() == Constants.DATATYPE_LONG) return String.valueOf(Math.round(v));
        return BigDecimal.valueOf(v).setScale(dec, RoundingMode.HALF_UP).toPlainString();
    }

    static class BadAnswer extends RuntimeException {
        BadAnswer(String m) { super(m); }
    }

    /** an answer named in a hint or script */
    static IAnswerData parse(Session s, FormEntryPrompt q, JsonNode v) {
        if (v == null || v.isNull()) return null;
        int ct = q.getControlType();
        String t = v.isArray() ? null : v.asText();
        if (ct == Constants.CONTROL_SELECT_ONE) {
            for (SelectChoice c : s.choices(q)) if (c.getValue().equals(t)) return new SelectOneData(c.selection());
            throw new BadAnswer("no such choice: " + t);
        }
        if (ct == Constants.CONTROL_SELECT_MULTI || ct == Constants.CONTROL_RANK) {
            List<String> want = new ArrayList<>();
            if (v.isArray()) for (JsonNode x : v) want.add(x.asText());
            else for (String x : t.trim().split("\\s+")) if (!x.isEmpty()) want.add(x);
            List<Selection> sel = new ArrayList<>();
            for (String w : want) {
                Selection f = null;
                for (SelectChoice c : s.choices(q)) if (c.getValue().equals(w)) f = c.selection();
                if (f == null) throw new BadAnswer("no such choice: " + w);
                sel.add(f);
            }
            return sel.isEmpty() ? null : new MultipleItemsData(sel);
        }
        if (isMedia(q)) return new StringData(attach(t, mediaKind(q)));
        if (t.isEmpty()) return null;
        if (q.getDataType() == Constants.DATATYPE_DATE && t.startsWith("today")) t = fmtDay(day(t));
        return cast(q, t);
    }

    static IAnswerData cast(FormEntryPrompt q, String t) {
        if (t == null) return null;
        try {
            switch (q.getDataType()) {
                case Constants.DATATYPE_INTEGER: return new IntegerData(Integer.parseInt(t.trim()));
                case Constants.DATATYPE_LONG: return new LongData(Long.parseLong(t.trim()));
                case Constants.DATATYPE_DECIMAL: return new DecimalData(Double.parseDouble(t.trim()));
                case Constants.DATATYPE_DATE: { Date d = DateUtils.parseDate(t); if (d == null) throw new BadAnswer("not a date: " + t); return new DateData(d); }
                case Constants.DATATYPE_TIME: { Date d = DateUtils.parseTime(t); if (d == null) throw new BadAnswer("not a time: " + t); return new TimeData(d); }
                case Constants.DATATYPE_DATE_TIME: { Date d = DateUtils.parseDateTime(t); if (d == null) throw new BadAnswer("not a date-time: " + t); return new DateTimeData(d); }
                case Constants.DATATYPE_GEOPOINT: return new GeoPointData().cast(new UncastData(t));
                case Constants.DATATYPE_GEOTRACE: return new GeoTraceData().cast(new UncastData(t));
                case Constants.DATATYPE_GEOSHAPE: return new GeoShapeData().cast(new UncastData(t));
                case Constants.DATATYPE_BOOLEAN: return new BooleanData("1".equals(t) || "true".equals(t));
                default: return new StringData(t);
            }
        } catch (NumberFormatException e) { throw new BadAnswer("not a number: " + t); }
    }

    // ------------------------------------------------------------------ random answers
    static IAnswerData random(Session s, FormEntryPrompt q, TreeElement node, int n, Candidates c) {
        int ct = q.getControlType(), dt = q.getDataType();
        if (ct == Constants.CONTROL_SELECT_ONE) {
            List<SelectChoice> ch = s.choices(q);
            if (ch.isEmpty()) throw new NoChoices();
            return new SelectOneData(ch.get(rnd.nextInt(ch.size())).selection());
        }
        if (ct == Constants.CONTROL_SELECT_MULTI) {
            List<SelectChoice> ch = new ArrayList<>(s.choices(q));
            if (ch.isEmpty()) throw new NoChoices();
            int k = n % 3 == 1 ? 1 : n % 3 == 2 ? 1 + rnd.nextInt(ch.size()) : 1 + rnd.nextInt(Math.min(4, ch.size()));
            Collections.shuffle(ch, rnd);
            List<Selection> sel = new ArrayList<>();
            List<SelectChoice> pick = new ArrayList<>(ch.subList(0, k));
            pick.sort(Comparator.comparingInt(SelectChoice::getIndex));       // Collect keeps the list's order
            for (SelectChoice x : pick) sel.add(x.selection());
            return new MultipleItemsData(sel);
        }
        if (ct == Constants.CONTROL_RANK) {
            List<SelectChoice> ch = new ArrayList<>(s.choices(q));
            if (ch.isEmpty()) throw new NoChoices();
            Collections.shuffle(ch, rnd);
            List<Selection> sel = new ArrayList<>();
            for (SelectChoice x : ch) sel.add(x.selection());
            return new MultipleItemsData(sel);
        }
        if (ct == Constants.CONTROL_TRIGGER) return new StringData("OK");
        if (ct == Constants.CONTROL_RANGE) {
            RangeQuestion rq = (RangeQuestion) q.getQuestion();
            BigDecimal a = rq.getRangeStart(), b = rq.getRangeEnd(), st = rq.getRangeStep();
            if (a == null || b == null || st == null || st.signum() == 0) return cast(q, "1");
            int steps = b.subtract(a).abs().divide(st.abs(), 0, RoundingMode.DOWN).intValue();
            BigDecimal v = a.add(st.abs().multiply(BigDecimal.valueOf(rnd.nextInt(steps + 1))).multiply(BigDecimal.valueOf(b.compareTo(a) < 0 ? -1 : 1)));
            return dt == Constants.DATATYPE_INTEGER ? new IntegerData(v.intValue()) : new DecimalData(v.doubleValue());
        }
        if (isMedia(q)) {
            String kind = mediaKind(q);
            String stamp = String.valueOf((deterministic ? 1700000000000L : System.currentTimeMillis()) + rnd.nextInt(1000000));
            String ext = kind.equals("image") ? ".jpg" : kind.equals("audio") ? ".m4a" : kind.equals("video") ? ".mp4" : kind.equals("osm") ? ".osm" : ".txt";
            return new StringData(attach(stamp + ext, kind));
        }
        switch (dt) {
            case Constants.DATATYPE_INTEGER:
            case Constants.DATATYPE_LONG: {
                double v = c.number(n, 0, 20);
                if (Math.abs(v) > 2e9) v = v % 2e9;
                return dt == Constants.DATATYPE_LONG ? new LongData((long) v) : new IntegerData((int) v);
            }
            case Constants.DATATYPE_DECIMAL: return new DecimalData(BigDecimal.valueOf(c.decimal(n)).setScale(2, RoundingMode.HALF_UP).doubleValue());
            case Constants.DATATYPE_DATE: {
                String app = q.getAppearanceHint() == null ? "" : q.getAppearanceHint();
                java.time.LocalDate d = java.time.LocalDate.ofEpochDay(c.day(n));
                if (app.contains("month-year")) d = d.withDayOfMonth(1);
                else if (app.contains("year")) d = d.withDayOfYear(1);
                return cast(q, d.toString());
            }
            case Constants.DATATYPE_TIME: return cast(q, c.time(n));
            case Constants.DATATYPE_DATE_TIME: return new DateTimeData(new Date(c.instant(n)));
            case Constants.DATATYPE_GEOPOINT:
            case Constants.DATATYPE_GEOTRACE:
            case Constants.DATATYPE_GEOSHAPE: return cast(q, geo(dt, bbox));
            case Constants.DATATYPE_BOOLEAN: return new BooleanData(rnd.nextBoolean());
            case Constants.DATATYPE_BARCODE: return new StringData(c.string(n, true));
            default: {
                String app = q.getAppearanceHint() == null ? "" : q.getAppearanceHint();
                return new StringData(c.string(n, app.contains("numbers")));
            }
        }
    }

    static boolean isMedia(FormEntryPrompt q) {
        switch (q.getControlType()) {
            case Constants.CONTROL_UPLOAD: case Constants.CONTROL_IMAGE_CHOOSE: case Constants.CONTROL_AUDIO_CAPTURE:
            case Constants.CONTROL_VIDEO_CAPTURE: case Constants.CONTROL_OSM_CAPTURE: case Constants.CONTROL_FILE_CAPTURE: return true;
            default: return q.getDataType() == Constants.DATATYPE_BINARY;
        }
    }

    static String mediaKind(FormEntryPrompt q) {
        switch (q.getControlType()) {
            case Constants.CONTROL_IMAGE_CHOOSE: return "image";
            case Constants.CONTROL_AUDIO_CAPTURE: return "audio";
            case Constants.CONTROL_VIDEO_CAPTURE: return "video";
            case Constants.CONTROL_OSM_CAPTURE: return "osm";
            default: return "file";
        }
    }

    static Map<String, byte[]> pendingFiles = new LinkedHashMap<>();

    static String attach(String name, String kind) {
        if (pendingFiles.containsKey(name)) return name;
        byte[] b;
        switch (kind) {
            case "image": b = jpeg(); break;
            case "audio": b = box("ftypM4A ", 600); break;
            case "video": b = box("ftypmp42", 900); break;
            case "osm": b = "<?xml version='1.0'?><osm version=\"0.6\"></osm>".getBytes(StandardCharsets.UTF_8); break;
            default: b = ("attachment " + name + "\n").getBytes(StandardCharsets.UTF_8);
        }
        pendingFiles.put(name, b);
        attachments.add(map("name", name, "kind", kind, "bytes", b.length));
        return name;
    }

    static byte[] box(String brand, int n) {
        byte[] b = new byte[n];
        rnd.nextBytes(b);
        byte[] h = brand.getBytes(StandardCharsets.US_ASCII);
        b[0] = 0; b[1] = 0; b[2] = 0; b[3] = 24;
        System.arraycopy(h, 0, b, 4, h.length);
        return b;
    }

    static byte[] jpeg() {
        try {
            System.setProperty("java.awt.headless", "true");
            java.awt.image.BufferedImage im = new java.awt.image.BufferedImage(96, 64, java.awt.image.BufferedImage.TYPE_INT_RGB);
            int a = rnd.nextInt(0xffffff), c = rnd.nextInt(0xffffff);
            for (int x = 0; x < 96; x++) for (int y = 0; y < 64; y++) im.setRGB(x, y, ((x / 16 + y / 16) % 2 == 0) ? a : c);
            ByteArrayOutputStream o = new ByteArrayOutputStream();
            if (javax.imageio.ImageIO.write(im, "jpg", o)) return o.toByteArray();
        } catch (Throwable ignored) { }
        return new byte[]{(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9};
    }

    static String f(double v, int d) { return BigDecimal.valueOf(v).setScale(d, RoundingMode.HALF_UP).toPlainString(); }

    static String randomPoint(double[] bb) {
        double[] b = bb == null ? bbox : bb;
        return f(b[0] + rnd.nextDouble() * (b[2] - b[0]), 7) + " " + f(b[1] + rnd.nextDouble() * (b[3] - b[1]), 7) + " " + f(200 + rnd.nextDouble() * 1800, 1) + " " + f(2 + rnd.nextDouble() * 12, 3);
    }

    static String geo(int dt, double[] bb) {
        if (dt == Constants.DATATYPE_GEOPOINT) return randomPoint(bb);
        String[] c = randomPoint(bb).split(" ");
        double la = Double.parseDouble(c[0]), lo = Double.parseDouble(c[1]);
        int n = 4 + rnd.nextInt(5);
        List<String> p = new ArrayList<>();
        double ph = rnd.nextDouble() * Math.PI;
        for (int i = 0; i < n; i++) {
            if (dt == Constants.DATATYPE_GEOSHAPE) {
                double r = 0.0004 + rnd.nextDouble() * 0.0006, a = ph + 2 * Math.PI * i / n;       // star shaped: never crosses itself
                p.add(f(la + r * Math.sin(a), 7) + " " + f(lo + r * Math.cos(a), 7) + " 0.0 0.0");
            } else p.add(f(la + 0.0005 * i * Math.sin(ph) + rnd.nextDouble() * 1e-4, 7) + " " + f(lo + 0.0005 * i * Math.cos(ph), 7) + " " + c[2] + " " + c[3]);
        }
        if (dt == Constants.DATATYPE_GEOSHAPE) p.add(p.get(0));
        return String.join("; ", p);
    }

    /** Values worth trying, read off the constraint: every sub-expression which does not mention "." is evaluated. */
    static class Candidates {
        final List<Double> nums = new ArrayList<>();
        final List<Long> days = new ArrayList<>();
        final List<String> strs = new ArrayList<>();
        final List<String> regexes = new ArrayList<>();
        final boolean constrained;

        Candidates(Session s, TreeElement node, FormEntryPrompt q) {
            constrained = node.getConstraint() != null;
            if (!constrained) return;
            EvaluationContext ec = new EvaluationContext(s.def.getEvaluationContext(), node.getRef());
            collect(node.getConstraint().constraint.getExpr(), s.def.getMainInstance(), ec);
            Collections.sort(nums);
            Collections.sort(days);
        }

        static boolean self(XPathExpression x) {
            if (x instanceof XPathPathExpr) {
                XPathPathExpr p = (XPathPathExpr) x;
                if (p.init_context == XPathPathExpr.INIT_CONTEXT_EXPR) return p.filtExpr != null && self(p.filtExpr);
                if (p.init_context != XPathPathExpr.INIT_CONTEXT_RELATIVE) return false;
                for (XPathStep st : p.steps) if (st.axis != XPathStep.AXIS_SELF) return false;
                return true;
            }
            for (XPathExpression k : kids(x)) if (self(k)) return true;
            return false;
        }

        static List<XPathExpression> kids(XPathExpression x) {
            if (x instanceof XPathBinaryOpExpr) return Arrays.asList(((XPathBinaryOpExpr) x).a, ((XPathBinaryOpExpr) x).b);
            if (x instanceof XPathUnaryOpExpr) return Collections.singletonList(((XPathUnaryOpExpr) x).a);
            if (x instanceof XPathFuncExpr) return Arrays.asList(((XPathFuncExpr) x).args);
            if (x instanceof XPathFilterExpr) return Collections.singletonList(((XPathFilterExpr) x).x);
            return Collections.emptyList();
        }

        void collect(XPathExpression x, DataInstance<?> di, EvaluationContext ec) {
            if (x instanceof XPathFuncExpr && ((XPathFuncExpr) x).id.toString().equals("regex") && ((XPathFuncExpr) x).args.length == 2) {
                try { regexes.add(XPathFuncExpr.toString(XPathFuncExpr.unpack(((XPathFuncExpr) x).args[1].eval(di, ec)))); } catch (RuntimeException ignored) { }
            }
            if (!self(x)) {
                try {
                    Object v = XPathFuncExpr.unpack(x.eval(di, ec));
                    if (v instanceof XPathNodeset) v = ((XPathNodeset) v).unpack();
                    if (v instanceof Date) { days.add(epochDay((Date) v)); nums.add((double) epochDay((Date) v)); }
                    else if (v instanceof Number && !Double.isNaN(((Number) v).doubleValue()) && !Double.isInfinite(((Number) v).doubleValue())) {
                        double d = ((Number) v).doubleValue();
                        nums.add(d);
                        if (d > 3000 && d < 80000) days.add((long) d);
                    } else if (v instanceof String && !((String) v).isEmpty()) {
                        strs.add((String) v);
                        try { nums.add(Double.parseDouble((String) v)); } catch (NumberFormatException ignored) { }
                        try { days.add(java.time.LocalDate.parse((String) v).toEpochDay()); } catch (RuntimeException ignored) { }
                    }
                } catch (RuntimeException ignored) { }
            }
            for (XPathExpression k : kids(x)) collect(k, di, ec);
        }

        double number(int n, double lo, double hi) {
            if (!constrained || nums.isEmpty()) {
                if (n < 40) return Math.floor(lo + rnd.nextDouble() * (hi - lo + 1));
                return Math.floor((rnd.nextInt(4) == 0 ? -1 : 1) * Math.exp(rnd.nextDouble() * Math.log(2e9)));
            }
            double a = nums.get(0), b = nums.get(nums.size() - 1);
            switch (n % 6) {
                case 0: case 1: case 3:
                    if (b > a) {
                        // between two neighbouring numbers of the constraint
                        int i = rnd.nextInt(nums.size()), j = rnd.nextInt(nums.size());
                        double u = Math.min(nums.get(i), nums.get(j)), w = Math.max(nums.get(i), nums.get(j));
                        if (n < 12 || u == w) { u = a; w = b; }
                        return Math.floor(u + rnd.nextDouble() * (w - u + 1));
                    }
                    return Math.floor(a + (a == 0 ? rnd.nextInt(30) : rnd.nextInt(21) - 10));
                case 2: return nums.get(rnd.nextInt(nums.size())) + rnd.nextInt(11) - 5;
                case 4: return nums.get(rnd.nextInt(nums.size()));
                default: return Math.floor((rnd.nextInt(4) == 0 ? -1 : 1) * Math.exp(rnd.nextDouble() * Math.log(n < 100 ? 1e4 : 2e9)));
            }
        }

        double decimal(int n) {
            if (!constrained || nums.isEmpty()) return n < 40 ? rnd.nextDouble() * 100 : (rnd.nextInt(4) == 0 ? -1 : 1) * Math.exp(rnd.nextDouble() * 20);
            double a = nums.get(0), b = nums.get(nums.size() - 1);
            switch (n % 4) {
                case 0: case 1: return b > a ? a + rnd.nextDouble() * (b - a) : a + rnd.nextGaussian() * 5;
                case 2: return nums.get(rnd.nextInt(nums.size())) + (rnd.nextDouble() - 0.5) * 2;
                default: return rnd.nextBoolean() ? nums.get(rnd.nextInt(nums.size())) : Math.exp(rnd.nextDouble() * 10);
            }
        }

        long day(int n) {
            long today = epochDay(new Date());
            if (!days.isEmpty() && n % 4 != 3) {
                long a = days.get(0), b = days.get(days.size() - 1);
                if (n % 4 == 0 && b > a) return a + (long) (rnd.nextDouble() * (b - a + 1));
                long d = days.get(rnd.nextInt(days.size()));
                long off = (long) Math.exp(rnd.nextDouble() * Math.log(n % 8 < 4 ? 60 : 9000)) - 1;
                return d + (rnd.nextInt(3) == 0 ? off : -off);
            }
            if (n < 1) return today - rnd.nextInt(3650);
            long off = (long) Math.exp(rnd.nextDouble() * Math.log(36500));
            return today + (rnd.nextInt(4) == 0 ? off : -off);
        }

        String time(int n) {
            List<String> t = new ArrayList<>();
            for (String s : strs) if (s.matches("\\d\\d:\\d\\d.*")) t.add(s);
            int m = rnd.nextInt(1440);
            if (!t.isEmpty() && n % 2 == 1) {
                String s = t.get(rnd.nextInt(t.size()));
                m = (Integer.parseInt(s.substring(0, 2)) * 60 + Integer.parseInt(s.substring(3, 5)) + rnd.nextInt(121) - 60 + 1440) % 1440;
            }
            return String.format("%02d:%02d:00.000", m / 60, m % 60);
        }

        long instant(int n) {
            long now = System.currentTimeMillis() / 60000 * 60000;
            if (!constrained) return now - (long) (rnd.nextDouble() * 30 * 86400000.0);
            return (n % 2 == 0 ? now - (long) (rnd.nextDouble() * 86400000L * Math.exp(rnd.nextDouble() * 8)) : day(n) * 86400000L + rnd.nextInt(86400) * 1000L);
        }

        String string(int n, boolean digits) {
            if (!regexes.isEmpty() && n % 4 != 3) return RegexSample.sample(regexes.get(rnd.nextInt(regexes.size())), rnd);
            if (constrained) {
                if (!strs.isEmpty() && n % 4 == 1) return strs.get(rnd.nextInt(strs.size()));
                if (!nums.isEmpty() && n % 4 == 2) {                         // string-length(.) = 10 and the like
                    double d = nums.get(rnd.nextInt(nums.size()));
                    int len = (int) d + (n > 20 ? rnd.nextInt(3) - 1 : 0);
                    if (len > 0 && len < 400) return chars(len, digits || n % 8 == 2);
                    return String.valueOf((long) number(n, 0, 100));
                }
                if (n % 5 == 4) return chars(1 + rnd.nextInt(12), rnd.nextBoolean());
            }
            if (digits) return chars(4 + rnd.nextInt(6), true);
            return words();
        }

        static String chars(int n, boolean digits) {
            StringBuilder b = new StringBuilder();
            for (int i = 0; i < n; i++) b.append(digits ? (char) ((i == 0 ? '1' : '0') + rnd.nextInt(i == 0 ? 9 : 10)) : (char) ('a' + rnd.nextInt(26)));
            return b.toString();
        }

        static final String[] W = "bridge cloud field gate hill lamp meadow north orchard path rain stone tower valley wind river market school clinic farm road house".split(" ");
        static final String[] U = {"Ñandú", "Zoë & Søren", "عمر", "ሰላም", "नमस्ते", "<b>\"quote\"</b>", "O'Neill", "a,b;c", "été – fin…", "🙂 ok", "مرحبا بالعالم", "線形代数"};

        static String words() {
            if (unicode && rnd.nextInt(3) == 0) return U[rnd.nextInt(U.length)] + (rnd.nextBoolean() ? " " + W[rnd.nextInt(W.length)] : "");
            StringBuilder b = new StringBuilder();
            int n = 1 + rnd.nextInt(3);
            for (int i = 0; i < n; i++) { if (i > 0) b.append(' '); b.append(W[rnd.nextInt(W.length)]); }
            return Character.toUpperCase(b.charAt(0)) + b.substring(1);
        }
    }

    /** A small generator of strings which match a regular expression (the usual subset). */
    static class RegexSample {
        final String re;
        final Random r;
        int i = 0;

        RegexSample(String re, Random r) { this.re = re; this.r = r; }

        static String sample(String re, Random r) {
            try { return new RegexSample(re, r).alt(); } catch (RuntimeException e) { return "x"; }
        }

        String alt() {
            List<Integer> starts = new ArrayList<>();
            List<String> opts = new ArrayList<>();
            opts.add(seq());
            while (i < re.length() && re.charAt(i) == '|') { i++; opts.add(seq()); }
            return opts.get(r.nextInt(opts.size()));
        }

        String seq() {
            StringBuilder b = new StringBuilder();
            while (i < re.length() && re.charAt(i) != '|' && re.charAt(i) != ')') {
                int from = i;
                String one = atom();
                int atomEnd = i;
                int lo = 1, hi = 1;
                if (i < re.length()) {
                    char q = re.charAt(i);
                    if (q == '*') { lo = 0; hi = 6; i++; }
                    else if (q == '+') { lo = 1; hi = 7; i++; }
                    else if (q == '?') { lo = 0; hi = 1; i++; }
                    else if (q == '{') {
                        int e = re.indexOf('}', i);
                        String[] p = re.substring(i + 1, e).split(",", -1);
                        lo = p[0].isEmpty() ? 0 : Integer.parseInt(p[0].trim());
                        hi = p.length == 1 ? lo : p[1].trim().isEmpty() ? lo + 6 : Integer.parseInt(p[1].trim());
                        i = e + 1;
                    }
                    if (i < re.length() && (re.charAt(i) == '?' || re.charAt(i) == '+') && atomEnd != i) i++;
                }
                int n = lo + r.nextInt(hi - lo + 1), end = i;
                for (int k = 0; k < n; k++) {
                    if (k == 0) b.append(one);
                    else { i = from; b.append(atom()); }
                }
                i = end;
            }
            return b.toString();
        }

        String atom() {
            char c = re.charAt(i++);
            switch (c) {
                case '^': case '$': return "";
                case '.': return String.valueOf((char) ('a' + r.nextInt(26)));
                case '(': {
                    if (re.startsWith("?:", i)) i += 2;
                    else if (re.startsWith("?=", i) || re.startsWith("?!", i)) { i += 2; alt(); i++; return ""; }
                    String s = alt();
                    i++;
                    return s;
                }
                case '[': return set();
                case '\\': return esc(re.charAt(i++));
                default: return String.valueOf(c);
            }
        }

        String esc(char c) {
            switch (c) {
                case 'd': return String.valueOf((char) ('0' + r.nextInt(10)));
                case 'w': return String.valueOf("abcdefghijklmnopqrstuvwxyz0123456789_".charAt(r.nextInt(37)));
                case 's': return " ";
                case 'D': case 'W': case 'S': return String.valueOf((char) ('a' + r.nextInt(26)));
                case 'b': return "";
                case 'p': case 'P': { int e = re.indexOf('}', i); String n = re.substring(i + 1, e); i = e + 1; return n.startsWith("N") ? "7" : n.equals("Lu") ? "K" : "k"; }
                default: return String.valueOf(c);
            }
        }

        String set() {
            boolean neg = re.charAt(i) == '^';
            if (neg) i++;
            StringBuilder pool = new StringBuilder();
            boolean first = true;
            while (re.charAt(i) != ']' || first) {
                first = false;
                char a = re.charAt(i++);
                if (a == '\\') {
                    char e = re.charAt(i++);
                    if (e == 'd') { pool.append("0123456789"); continue; }
                    if (e == 'w') { pool.append("abcdefghijklmnopqrstuvwxyz0123456789_"); continue; }
                    if (e == 's') { pool.append(' '); continue; }
                    if (e == 'p') { int x = re.indexOf('}', i); i = x + 1; pool.append("abcK"); continue; }
                    a = e;
                }
                if (i + 1 < re.length() && re.charAt(i) == '-' && re.charAt(i + 1) != ']') {
                    char z = re.charAt(i + 1);
                    i += 2;
                    for (char x = a; x <= z && x - a < 500; x++) pool.append(x);
                } else pool.append(a);
            }
            i++;
            if (neg) {
                String all = "abcdefghijklmnopqrstuvwxyz0123456789 -";
                StringBuilder left = new StringBuilder();
                for (char x : all.toCharArray()) if (pool.indexOf(String.valueOf(x)) < 0) left.append(x);
                pool = left;
            }
            return pool.length() == 0 ? "" : String.valueOf(pool.charAt(r.nextInt(pool.length())));
        }
    }

    // ------------------------------------------------------------------ labels in every language
    static Map<String, Object> missingLabels(Session s) {
        Map<String, Object> out = new LinkedHashMap<>();
        String[] langs = s.model.getLanguages();
        if (langs == null) langs = new String[]{null};
        String keep = langs[0] == null ? null : s.model.getLanguage();
        for (String l : langs) {
            if (l != null) s.fec.setLanguage(l);
            List<String> bad = new ArrayList<>();
            forEachIndex(s, (ix, ev) -> {
                if (ev != FormEntryController.EVENT_QUESTION || !s.model.isIndexRelevant(ix)) return;
                String p = nice(s.def, ix.getReference());
                FormEntryPrompt q = s.model.getQuestionPrompt(ix);
                String t = label(q);
                if (isBlank(t)) bad.add(p + (t == null ? "" : " (" + t + ")"));
                if (q.getControlType() == Constants.CONTROL_SELECT_ONE || q.getControlType() == Constants.CONTROL_SELECT_MULTI)
                    try {
                        for (SelectChoice c : s.choices(q)) {
                            String ct = q.getSelectChoiceText(c);
                            if (isBlank(ct)) { bad.add(p + " choice " + c.getValue()); break; }
                        }
                    } catch (RuntimeException e) { bad.add(p + " choices: " + e); }
            });
            if (!bad.isEmpty()) out.put(l == null ? "(default)" : l, bad);
        }
        if (keep != null) s.fec.setLanguage(keep);
        return out;
    }

    static boolean isBlank(String t) { return t == null || t.trim().isEmpty() || t.trim().equals("-"); }

    static String label(FormEntryCaption q) {
        try {
            String t = q.getLongText();
            return t != null ? t : q.getQuestionText();
        } catch (RuntimeException e) {
            try { return q.getQuestionText(); } catch (RuntimeException e2) { problem("label of " + shortRef(q.getIndex().getReference()) + ": " + e2); return null; }
        }
    }

    interface Visit { void at(FormIndex ix, int event); }

    static void forEachIndex(Session s, Visit v) {
        FormIndex keep = s.model.getFormIndex();
        FormIndex ix = FormIndex.createBeginningOfFormIndex();
        int n = 0;
        while (true) {
            ix = s.model.incrementIndex(ix);
            if (ix.isEndOfFormIndex() || ++n > maxQuestions) break;
            v.at(ix, s.model.getEvent(ix));
        }
        s.fec.jumpToIndex(keep);
    }

    // ------------------------------------------------------------------ script mode
    static int runScript(Map<String, Object> report) throws Exception {
        JsonNode root = describe && scriptPath == null ? JSON.readTree("{\"cases\":[{\"name\":\"describe\"}]}") : JSON.readTree(scriptPath.toFile());
        JsonNode cases = root.isArray() ? root : root.has("cases") ? root.get("cases") : JSON.createArrayNode().add(root);
        List<Object> out = new ArrayList<>();
        report.put("cases", out);
        int k = 0, rc = 0;
        for (JsonNode c : cases) {
            Map<String, Object> r = new LinkedHashMap<>();
            out.add(r);
            r.put("name", c.path("name").asText("case " + (k + 1)));
            rnd = rng(seed * 1_000_003L + k);
            runtimeProblems = new ArrayList<>();
            attachments = new ArrayList<>();
            audioTargets = new ArrayList<>();
            pendingFiles = new LinkedHashMap<>();
            String keepLang = lang;
            if (c.hasNonNull("lang")) lang = c.get("lang").asText();
            try { scriptOne(c, r, k); } catch (Throwable t) { r.put("error", throwable(t)); rc = 1; }
            lang = keepLang;
            r.put("problems", runtimeProblems);
            k++;
        }
        return rc;
    }

    /** finds the answer for a question: full path, path suffix (with or without [n]), or bare name */
    static JsonNode scripted(JsonNode answers, String path, int occurrence) {
        if (answers == null || !answers.isObject()) return null;
        String plain = path.replaceAll("\\[\\d+\\]", "");
        JsonNode best = null;
        int len = -1;
        Iterator<Map.Entry<String, JsonNode>> it = answers.fields();
        while (it.hasNext()) {
            Map.Entry<String, JsonNode> e = it.next();
            String key = e.getKey();
            String k = key.startsWith("/") ? key : "/" + key;
            boolean idx = k.matches(".*\\[\\d+\\].*");
            boolean hit = idx ? (path.endsWith(k) || fullIndexed(path).endsWith(fullIndexed(k))) : plain.endsWith(k);
            if (hit && k.length() + (idx ? 1000 : 0) > len) { best = e.getValue(); len = k.length() + (idx ? 1000 : 0); }
        }
        return best;
    }

    static String fullIndexed(String p) { return p; }

    static void scriptOne(JsonNode c, Map<String, Object> r, int k) throws Exception {
        Session s = new Session(!c.hasNonNull("edit"), c.hasNonNull("edit") ? Paths.get(c.get("edit").asText()) : null);
        JsonNode answers = c.get("answers");
        boolean fill = c.path("fill").asBoolean(false), force = c.path("force").asBoolean(false);
        Map<String, Map<String, Object>> given = new LinkedHashMap<>();
        Map<String, Integer> goals = new HashMap<>();
        Set<String> asked = new LinkedHashSet<>(), skipped = new HashSet<>(), failed = new HashSet<>();
        List<Map<String, Object>> failures = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (int pass = 0; pass < 5; pass++) {
            int before = done.size();
            s.fec.jumpToIndex(FormIndex.createBeginningOfFormIndex());
            int ev, steps = 0;
            while ((ev = s.fec.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM && ++steps < maxQuestions) {
                FormIndex ix = s.model.getFormIndex();
                TreeReference ref = ix.getReference();
                if (ev == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                    String key = nice(s.def, ref.getParentRef()) + "/" + ref.getNameLast();
                    int want = goals.computeIfAbsent(key, x -> repeatGoal(c, x, ref.getNameLast()));
                    if (ref.getMultLast() < want) s.fec.newRepeat();
                    continue;
                }
                if (ev == FormEntryController.EVENT_REPEAT) {
                    String key = nice(s.def, ref.getParentRef()) + "/" + ref.getNameLast();
                    int want = goals.computeIfAbsent(key, x -> repeatGoal(c, x, ref.getNameLast()));
                    IFormElement el = s.def.getChild(ix);
                    if (want == 0 && ref.getMultLast() == 0 && ((GroupDef) el).getCountReference() == null) {
                        s.fec.jumpToIndex(s.fec.deleteRepeat());
                        if (s.model.getEvent() == FormEntryController.EVENT_REPEAT) s.fec.stepToPreviousEvent();
                    }
                    continue;
                }
                if (ev != FormEntryController.EVENT_QUESTION) continue;
                String p = nice(s.def, ref);
                FormEntryPrompt q = s.model.getQuestionPrompt(ix);
                asked.add(p);
                if (done.contains(p)) continue;
                JsonNode a = scripted(answers, p, 0);
                if (a == null) {
                    if (fill && !q.isReadOnly() && s.stored(ix) == null) { done.add(p); answer(s, ix, false, skipped, failed, failures); }
                    continue;
                }
                done.add(p);
                JsonNode v = a;
                boolean multi = q.getControlType() == Constants.CONTROL_SELECT_MULTI || q.getControlType() == Constants.CONTROL_RANK;
                if (a.isArray() && (!multi || (a.size() > 0 && a.get(0).isArray()))) {     // one value per repeat instance
                    int at = lastIndex(p);
                    v = at < a.size() ? a.get(at) : null;
                    if (v == null) continue;
                }
                Map<String, Object> g = new LinkedHashMap<>();
                given.put(p, g);
                g.put("answer", v.isValueNode() ? v.asText() : v);
                if (q.isReadOnly()) { g.put("result", "read-only"); continue; }
                try {
                    IAnswerData d = parse(s, q, v);
                    int res = s.give(ix, d);
                    if (res == FormEntryController.ANSWER_OK) g.put("result", "ok");
                    else if (res == FormEntryController.ANSWER_CONSTRAINT_VIOLATED) {
                        g.put("result", "constraint");
                        g.put("message", s.constraintMessage(ix, d));
                        if (force) s.fec.saveAnswer(ix, d, true);
                    } else { g.put("result", "required"); g.put("message", s.requiredMessage(ix)); }
                } catch (BadAnswer e) { g.put("result", "bad-answer"); g.put("message", e.getMessage()); }
                catch (RuntimeException e) { g.put("result", "engine-error"); g.put("message", String.valueOf(e)); }
            }
            if (done.size() == before) break;
        }
        // final state of every question
        List<Object> qs = new ArrayList<>();
        List<String> unanswered = new ArrayList<>();
        Set<String> controls = new HashSet<>();
        boolean full = describe;
        forEachIndex(s, (ix, ev) -> {
            if (ev == FormEntryController.EVENT_GROUP || ev == FormEntryController.EVENT_REPEAT) {
                Map<String, Object> m = map("path", nice(s.def, ix.getReference()), "kind", ev == FormEntryController.EVENT_GROUP ? "group" : "repeat", "relevant", relevantDeep(s, ix));
                try { m.put("label", label(s.model.getCaptionPrompt(ix))); } catch (RuntimeException ignored) { }
                qs.add(m);
                return;
            }
            if (ev != FormEntryController.EVENT_QUESTION) return;
            String p = nice(s.def, ix.getReference());
            controls.add(p);
            FormEntryPrompt q = s.model.getQuestionPrompt(ix);
            TreeElement node = s.def.getMainInstance().resolveReference(ix.getReference());
            boolean rel = relevantDeep(s, ix);
            Map<String, Object> m = map("path", p, "kind", "question", "type", typeName(q), "relevant", rel, "required", q.isRequired(), "readonly", q.isReadOnly());
            m.put("value", text(node.getValue(), node));
            if (given.containsKey(p)) { m.put("given", given.get(p)); }
            if (rel || full) {
                m.put("label", label(q));
                String ap = q.getAppearanceHint();
                if (ap != null) m.put("appearance", ap);
                try { String ht = q.getHelpText(); if (ht != null) m.put("hint", ht); } catch (RuntimeException ignored) { }
                if (isSelect(q)) {
                    List<Object> cs = new ArrayList<>();
                    try {
                        for (SelectChoice x : s.choices(q)) { if (cs.size() >= 300) break; cs.add(Arrays.asList(x.getValue(), q.getSelectChoiceText(x))); }
                    } catch (RuntimeException e) { m.put("choicesError", String.valueOf(e)); }
                    m.put("choices", cs);
                }
            }
            if (rel && node.getValue() == null && q.isRequired()) unanswered.add(p);
            qs.add(m);
        });
        List<String> notShown = new ArrayList<>();
        if (answers != null) {
            Iterator<String> it = answers.fieldNames();
            while (it.hasNext()) {
                String key = it.next();
                boolean used = false;
                for (String p : given.keySet()) if (scripted(JSON.createObjectNode().put(key, 1), p, 0) != null) used = true;
                if (!used) notShown.add(key);
            }
        }
        Map<String, Object> calc = new LinkedHashMap<>();
        collectValues(s, s.def.getMainInstance().getRoot(), controls, calc);
        r.put("answersNotAsked", notShown);
        r.put("requiredMissing", unanswered);
        r.put("questions", qs);
        r.put("calculated", calc);
        if (fill) r.put("unanswered", failures);
        Map<String, Object> val = null;
        try {
            ValidateOutcome v = s.def.validate();
            if (v != null) val = map("path", nice(s.def, v.failedPrompt.getReference()), "outcome", v.outcome == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? "constraint" : "required",
                "message", v.outcome == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? s.constraintMessage(v.failedPrompt, s.stored(v.failedPrompt)) : s.requiredMessage(v.failedPrompt));
        } catch (RuntimeException e) { val = map("outcome", "engine-error", "message", String.valueOf(e)); }
        r.put("valid", val == null);
        r.put("validation", val);
        if (describe) {
            Map<String, Object> langs = new LinkedHashMap<>();
            if (s.model.getLanguages() != null)
                for (String l : s.model.getLanguages()) {
                    s.fec.setLanguage(l);
                    Map<String, Object> t = new LinkedHashMap<>();
                    forEachIndex(s, (ix, ev) -> { if (ev == FormEntryController.EVENT_QUESTION) t.put(nice(s.def, ix.getReference()), label(s.model.getQuestionPrompt(ix))); });
                    langs.put(l, t);
                }
            r.put("labels", langs);
        } else {
            s.finalise(c.hasNonNull("edit"));
            byte[] xml = s.submission();
            if (outDir != null) {
                Path d = outDir.resolve("case_" + String.format("%04d", k + 1));
                Files.createDirectories(d);
                Path fo = d.resolve(val == null ? "submission.xml" : "invalid.xml");
                Files.write(fo, xml);
                for (Map.Entry<String, byte[]> e : pendingFiles.entrySet()) Files.write(d.resolve(e.getKey()), e.getValue());
                r.put("file", fo.toString());
            } else r.put("xml", new String(xml, StandardCharsets.UTF_8));
        }
    }

    static int lastIndex(String p) {
        java.util.regex.Matcher m = java.util.regex.Pattern.compile("\\[(\\d+)\\]").matcher(p);
        int at = 0;
        while (m.find()) at = Integer.parseInt(m.group(1)) - 1;
        return at;
    }

    static int repeatGoal(JsonNode c, String path, String name) {
        JsonNode h = c.get("repeats");
        if (h != null) {
            if (h.has(path)) return h.get(path).asInt();
            if (h.has(name)) return h.get(name).asInt();
        }
        int max = -1;
        JsonNode a = c.get("answers");
        if (a != null) {
            Iterator<Map.Entry<String, JsonNode>> it = a.fields();
            java.util.regex.Pattern pt = java.util.regex.Pattern.compile("(^|/)" + java.util.regex.Pattern.quote(name) + "\\[(\\d+)\\]");
            while (it.hasNext()) {
                java.util.regex.Matcher m = pt.matcher(it.next().getKey());
                if (m.find()) max = Math.max(max, Integer.parseInt(m.group(2)));
            }
        }
        return max;      // -1: leave the form as it is
    }

    static boolean isSelect(FormEntryPrompt q) {
        int c = q.getControlType();
        return c == Constants.CONTROL_SELECT_ONE || c == Constants.CONTROL_SELECT_MULTI || c == Constants.CONTROL_RANK;
    }

    static boolean relevantDeep(Session s, FormIndex ix) {
        return s.model.isIndexRelevant(ix);
    }

    static void collectValues(Session s, TreeElement e, Set<String> controls, Map<String, Object> out) {
        if (e.getMult() == TreeReference.INDEX_TEMPLATE) return;
        if (!e.hasChildren()) {
            String p = nice(s.def, e.getRef());
            if (controls.contains(p)) return;
            out.put(p, map("value", text(e.getValue(), e), "relevant", e.isRelevant()));
            for (int i = 0; i < e.getAttributeCount(); i++) {
                if (e.getAttributeValue(i) != null && !e.getAttributeValue(i).isEmpty()) out.put(p + "/@" + e.getAttributeName(i), map("value", e.getAttributeValue(i), "relevant", e.isRelevant()));
            }
            return;
        }
        if (e.getName().equals("entity")) for (int i = 0; i < e.getAttributeCount(); i++)
            out.put(nice(s.def, e.getRef()) + "/@" + e.getAttributeName(i), map("value", e.getAttributeValue(i), "relevant", e.isRelevant()));
        for (int i = 0; i < e.getNumChildren(); i++) collectValues(s, e.getChildAt(i), controls, out);
    }

    static String typeName(FormEntryPrompt q) {
        String[] ct = {"", "input", "select_one", "select_multiple", "textarea", "secret", "range", "upload", "submit", "trigger", "image", "label", "audio", "video", "osm", "file", "rank"};
        int c = q.getControlType();
        String a = c >= 0 && c < ct.length ? ct[c] : "control" + c;
        String d;
        switch (q.getDataType()) {
            case Constants.DATATYPE_TEXT: d = "string"; break;
            case Constants.DATATYPE_INTEGER: d = "int"; break;
            case Constants.DATATYPE_LONG: d = "long"; break;
            case Constants.DATATYPE_DECIMAL: d = "decimal"; break;
            case Constants.DATATYPE_DATE: d = "date"; break;
            case Constants.DATATYPE_TIME: d = "time"; break;
            case Constants.DATATYPE_DATE_TIME: d = "dateTime"; break;
            case Constants.DATATYPE_GEOPOINT: d = "geopoint"; break;
            case Constants.DATATYPE_GEOTRACE: d = "geotrace"; break;
            case Constants.DATATYPE_GEOSHAPE: d = "geoshape"; break;
            case Constants.DATATYPE_BARCODE: d = "barcode"; break;
            case Constants.DATATYPE_BINARY: d = "binary"; break;
            case Constants.DATATYPE_BOOLEAN: d = "boolean"; break;
            default: d = "";
        }
        return a.equals("input") && !d.isEmpty() ? d : a.equals("range") ? "range/" + d : a;
    }

    static Map<String, Object> map(Object... kv) {
        Map<String, Object> m = new LinkedHashMap<>();
        for (int i = 0; i < kv.length; i += 2) m.put((String) kv[i], kv[i + 1]);
        return m;
    }
}
