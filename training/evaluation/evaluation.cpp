// SPDX-License-Identifier: MIT
#include "training/evaluation/evaluation.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <numeric>

#include "body/error.h"
#include "body/limits.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/npz.h"
#include "formats/resources.h"
#include "training/evaluation/answers.h"
#include "training/evaluation/case_pages.h"
#include "training/prior/mean_body.h"

namespace hmr {
namespace {

/// How far (radians) optimisation may well turn joints from a start that knows nothing of the picture, and from one that does.
constexpr double kFreePoseDeviation = 0.7, kNearPoseDeviation = 0.35;
constexpr int kBatch = 16, kTimedPictures = 60, kNumHuman36mJoints = 17;

JointRule ruleOf(const EvaluationOptions& options, const BodyModel& body) {
    if (options.protocol == "hmr") return JointRule::hmr();
    if (options.protocol != "spin") throw Error("protocol \"" + options.protocol + "\" is not known: choose hmr or spin");
    if (options.regressor.empty()) throw Error("protocol spin needs Human3.6M's joint regressor: --regressor J_regressor_h36m.npy");
    const NdArray array = readNpy(options.regressor);
    if (array.shape.size() != 2 || array.shape[0] != kNumHuman36mJoints || array.shape[1] != static_cast<std::size_t>(body.numVertices()))
        throw Error(options.regressor.string() + ": expected [17," + std::to_string(body.numVertices()) + "] for this body's vertices");
    const std::vector<float> values = array.as<float>();
    const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> dense(values.data(), kNumHuman36mJoints, body.numVertices());
    return JointRule::spin(dense.sparseView());
}

/// Compares answers with what is known of a person.
class Judge {
public:
    Judge(std::shared_ptr<const BodyModel> body, JointRule rule) : body_(std::move(body)), rule_(std::move(rule)), painter_(*body_) {}

    PersonScore score(const EvaluationPerson& person, const Answer& answer) {
        PersonScore score;
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
            const float* truth = &person.sample.keypoints[static_cast<std::size_t>(3 * joint)];
            if (truth[2] > 0) score.joints2d.emplace_back(joint, (answer.joints2d.row(joint).transpose() - Eigen::Vector2d(truth[0], truth[1])).norm() / person.boxSide);
        }
        score3d(person, answer, score);
        score.silhouette.add(labels(person, answer, person.silhouette, true), person.silhouette.labels);
        score.parts.add(labels(person, answer, person.parts, false), person.parts.labels);
        score.jointsBeyondLimits = static_cast<int>(jointsBeyondLimits(answer.parameters.pose).size());
        return score;
    }

    BodyLabelPainter& painter() { return painter_; }
    const JointRule& rule() const { return rule_; }

private:
    void score3d(const EvaluationPerson& person, const Answer& answer, PersonScore& score) const {
        const RootedJoints predicted = rule_.ofMesh(*body_, answer.vertices);
        if (person.parameters) {
            const Points3f vertices = poseBody(person.parametersBody ? *person.parametersBody : *body_, *person.parameters).vertices;
            RootedJoints truth = rule_.ofMesh(*body_, vertices);
            truth.joints.conservativeResize(kNumLspJoints, Eigen::NoChange);  // only MPI-INF-3DHP is judged by more
            score.joints3d = jointErrors(predicted, truth);
            score.vertices = vertexError(answer.vertices, predicted.root, vertices, truth.root);
        } else if (person.joints3d.rows() == kNumCocoPlusJoints) {
            score.joints3d = jointErrors(predicted, rule_.ofAnnotation(person.joints3d, person.pelvis, person.spineAndHead));
        }
    }

    std::vector<std::uint8_t> labels(const EvaluationPerson& person, const Answer& answer, const LabelPicture& truth, bool isSilhouette) {
        if (truth.isEmpty()) return {};
        std::vector<std::uint8_t> labels = painter_.paint(answer.vertices, frameCamera(answer.camera, person.window), truth.width, truth.height);
        if (isSilhouette)
            for (std::uint8_t& label : labels) label = std::min<std::uint8_t>(label, 1);
        return labels;
    }

    std::shared_ptr<const BodyModel> body_;
    JointRule rule_;
    BodyLabelPainter painter_;
};

class Stopwatch {
public:
    template <typename Call>
    auto time(const std::string& stage, Call call, double pictures = 1) {
        const auto start = std::chrono::steady_clock::now();
        auto result = call();
        times_[stage].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / pictures);
        return result;
    }
    std::vector<StageTime> stages() const {
        std::vector<StageTime> stages;
        for (const auto& [name, times] : times_) stages.push_back(stageTime(name, times));
        return stages;
    }

private:
    std::map<std::string, std::vector<double>> times_;
};

/// People by number, ascending.
using Members = std::vector<std::size_t>;
using Groups = std::map<std::string, Members>;

bool isAction(const std::string& group) { return group.starts_with("action ") || group.find(", action ") != std::string::npos; }

/// Scores of every person by one method, and the figures of groups of them.
struct MethodScores {
    std::vector<PersonScore> people;

    MethodFigures figures(const std::string& name, const Groups& groups) const {
        Members everybody(people.size());
        std::iota(everybody.begin(), everybody.end(), std::size_t{0});
        MethodFigures figures{name, withActionMeans(everybody, groups), {}, pckOfJoints(people, 0.1), pckOfJoints(people, 0.05)};
        for (const auto& [group, members] : groups)
            figures.groups.emplace_back(group, isAction(group) ? figuresOf(chosen(members)) : withActionMeans(members, groups));
        return figures;
    }

private:
    std::vector<const PersonScore*> chosen(const Members& members) const {
        std::vector<const PersonScore*> chosen;
        for (const std::size_t i : members) chosen.push_back(&people[i]);
        return chosen;
    }

    /// The members' figures, and the 3D errors as means of those of each action among them.
    Figures withActionMeans(const Members& members, const Groups& groups) const {
        Figures figures = figuresOf(chosen(members));
        std::map<std::string, std::vector<double>> errors;
        for (const auto& [group, all] : groups) {
            if (!group.starts_with("action ")) continue;
            Members own;
            std::ranges::set_intersection(members, all, std::back_inserter(own));
            for (const auto& [name, value] : figuresOf(chosen(own)))
                if (name == "MPJPE mm" || name == "reconstruction error mm") errors[name].push_back(value);
        }
        for (const auto& [name, values] : errors)
            figures.emplace_back(name + ", mean of actions", std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()));
        return figures;
    }
};

/// What orders the cases: the 3D error where it is known, else the 2D one.
std::vector<double> caseErrors(const std::vector<PersonScore>& people) {
    std::vector<double> errors;
    for (const PersonScore& person : people) {
        const std::vector<double>& aligned = person.joints3d.aligned;
        double sum = 0;
        for (const double error : aligned) sum += error;
        errors.push_back(aligned.empty() ? person.mean2d() : sum / static_cast<double>(aligned.size()));
    }
    return errors;
}

/// Without figures. `people`: what one method scored.
EvaluationReport emptyReport(const EvaluationOptions& options, const EvaluationSet& set, const JointRule& rule, std::span<const PersonScore> people) {
    EvaluationReport report;
    report.set = set.name;
    report.weights = options.weights.empty() ? "the shipped ones" : options.weights.string();
    report.protocol = rule.name();
    report.jointSet = "2D: 19 coco-plus joints; 3D: " + comparedJoints(people);
    report.root = rule.rootName();
    report.regressor = rule.regressorName();
    report.alignment = "raw: roots moved together; reconstruction error and \"aligned\": Procrustes with scale, person by person";
    report.boxRule = set.boxRule;
    report.notes = set.notes;
    report.people = set.size();
    return report;
}

}  // namespace

EvaluationReport evaluate(const EvaluationOptions& options) {
    const std::shared_ptr<HmrNetwork> network =
        HmrNetwork::load(options.weights.empty() ? resourcePath("weights/default.safetensors") : options.weights, NetworkOptions{.threads = options.threads, .flips = options.flipped});
    const auto body = loadBodyModel(options.body.empty() ? resourcePath("body/openbody.npz") : options.body);
    const auto set = openEvaluationSet(options, *body, network->recipe());
    const BodyParameters mean = meanBodyOf(loadPosePrior(options.prior.empty() ? resourcePath("prior/poses.npz") : options.prior));
    std::vector<std::unique_ptr<Method>> methods;
    methods.push_back(networkMethod(network, body));
    if (network->recipe().hasJointMaps) methods.push_back(fittedNetworkMethod(network, body));
    methods.push_back(constantMethod("mean pose", *body, mean));
    if (options.fits) {
        methods.push_back(fitMethod("fit from mean pose", body, constantMethod("mean pose", *body, mean), kFreePoseDeviation));
        methods.push_back(fitMethod("fit from network", body, networkMethod(network, body), kNearPoseDeviation));
    }

    Judge judge(body, ruleOf(options, *body));
    Stopwatch stopwatch;
    std::vector<MethodScores> scores(methods.size());
    Groups groups;
    for (int first = 0; first < set->size(); first += kBatch) {
        std::vector<EvaluationPerson> people;
        for (int i = first; i < std::min(set->size(), first + kBatch); ++i) {
            people.push_back(stopwatch.time("reading and cropping", [&] { return set->person(i); }));
            for (const std::string& group : people.back().groups) groups[group].push_back(static_cast<std::size_t>(i));
            if (i < kTimedPictures) stopwatch.time("network", [&] { return network->recover(people.back().sample.pixels, 1); });
        }
        for (std::size_t m = 0; m < methods.size(); ++m) {
            const auto answer = [&] { return methods[m]->answer(people); };
            const std::vector<Answer> answers = stopwatch.time(methods[m]->name() + ", in batches of 16", answer, static_cast<double>(people.size()));
            for (std::size_t i = 0; i < people.size(); ++i) scores[m].people.push_back(stopwatch.time("judging", [&] { return judge.score(people[i], answers[i]); }));
        }
        if (first == 0)
            for (int i = 0; i < kTimedPictures; ++i) stopwatch.time("posing", [&] { return poseBody(*body, mean).vertices(0, 0); });
    }
    EvaluationReport report = emptyReport(options, *set, judge.rule(), scores.front().people);
    for (std::size_t m = 0; m < methods.size(); ++m) report.methods.push_back(scores[m].figures(methods[m]->name(), groups));
    report.times = stopwatch.stages();
    if (!options.report.empty()) {
        std::filesystem::create_directories(options.report);
        writeWholeFile(options.report / "report.json", reportJson(report));
        writeWholeFile(options.report / "report.md", reportMarkdown(report));
        writeCasePages(options.report, *set, caseErrors(scores.front().people), *methods.front(), judge.painter());
    }
    return report;
}

}  // namespace hmr
