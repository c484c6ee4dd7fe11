// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "training/evaluation/evaluation.h"

namespace hmr {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string numberText(double value) {
    char text[64];
    std::snprintf(text, sizeof text, value < 2 ? "%.3f" : "%.1f", value);
    return text;
}

OrderedJson objectOf(const Figures& figures) {
    OrderedJson json = OrderedJson::object();
    for (const auto& [name, value] : figures) json[name] = value;
    return json;
}

OrderedJson methodJson(const MethodFigures& method) {
    OrderedJson groups = OrderedJson::object();
    for (const auto& [name, figures] : method.groups) groups[name] = objectOf(figures);
    return {{"name", method.name}, {"overall", objectOf(method.overall)}, {"groups", groups},
            {"pck10OfJoint", objectOf(method.pck10OfJoint)}, {"pck05OfJoint", objectOf(method.pck05OfJoint)}};
}

double figureNamed(const Figures& figures, const std::string& name, bool& isThere) {
    const auto found = std::ranges::find(figures, name, &std::pair<std::string, double>::first);
    isThere = found != figures.end();
    return isThere ? found->second : 0;
}

/// Of all columns, in the order in which they first appear.
std::vector<std::string> figureNames(const std::vector<std::pair<std::string, const Figures*>>& columns) {
    std::vector<std::string> names;
    for (const auto& [column, figures] : columns)
        for (const auto& [name, value] : *figures)
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
}

/// A row for each name, a column for each set of figures.
std::string table(const std::string& corner, const std::vector<std::pair<std::string, const Figures*>>& columns) {
    std::string text = "| " + corner + " |", rule = "|---|";
    for (const auto& [name, figures] : columns) text += " " + name + " |", rule += "---|";
    text += "\n" + rule + "\n";
    for (const std::string& name : figureNames(columns)) {
        text += "| " + name + " |";
        for (const auto& [column, figures] : columns) {
            bool isThere = false;
            const double figure = figureNamed(*figures, name, isThere);
            text.append(" ").append(isThere ? numberText(figure) : "–").append(" |");
        }
        text += "\n";
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> rulesOf(const EvaluationReport& report) {
    return {{"set", report.set}, {"weights", report.weights}, {"protocol", report.protocol}, {"joint set", report.jointSet}, {"root", report.root},
            {"regressor", report.regressor}, {"alignment", report.alignment}, {"box", report.boxRule}, {"notes", report.notes}};
}

}  // namespace

StageTime stageTime(std::string stage, std::vector<double> milliseconds) {
    StageTime time{std::move(stage), static_cast<int>(milliseconds.size())};
    if (milliseconds.empty()) return time;
    std::ranges::sort(milliseconds);
    const auto at = [&](std::size_t percent) { return milliseconds[std::min(milliseconds.size() - 1, milliseconds.size() * percent / 100)]; };
    time.median = at(50), time.percentile90 = at(90), time.percentile99 = at(99);
    return time;
}

void printReport(const EvaluationReport& report, std::ostream& out) {
    for (const auto& [name, value] : rulesOf(report)) out << name << ": " << value << "\n";
    out << "people: " << report.people << "\n";
    for (std::size_t i = 0; i < report.methods.size(); ++i) {
        const MethodFigures& method = report.methods[i];
        const std::string start = i == 0 ? "" : method.name + " ";
        for (const auto& [name, value] : method.overall) out << start << name << ": " << numberText(value) << "\n";
        for (const auto& [group, figures] : method.groups)
            for (const auto& [name, value] : figures) out << start << group << ", " << name << ": " << numberText(value) << "\n";
        if (i > 0) continue;
        for (const auto& [joint, share] : method.pck10OfJoint) out << "PCK@0.1 " << joint << ": " << numberText(share) << "\n";
        for (const auto& [joint, share] : method.pck05OfJoint) out << "PCK@0.05 " << joint << ": " << numberText(share) << "\n";
    }
    for (const StageTime& time : report.times) {
        out << time.stage << " ms, median: " << numberText(time.median) << "\n";
        out << time.stage << " ms, 90th percentile: " << numberText(time.percentile90) << "\n";
        out << time.stage << " ms, 99th percentile: " << numberText(time.percentile99) << "\n";
    }
}

std::string reportJson(const EvaluationReport& report) {
    OrderedJson json = OrderedJson::object();
    for (const auto& [name, value] : rulesOf(report)) json[name] = value;
    json["people"] = report.people;
    json["methods"] = OrderedJson::array();
    for (const MethodFigures& method : report.methods) json["methods"].push_back(methodJson(method));
    json["milliseconds"] = OrderedJson::object();
    for (const StageTime& time : report.times)
        json["milliseconds"][time.stage] = {{"samples", time.samples}, {"median", time.median}, {"p90", time.percentile90}, {"p99", time.percentile99}};
    return json.dump(2) + "\n";
}

std::string reportMarkdown(const EvaluationReport& report) {
    std::string text = "# " + report.set + "\n\n";
    for (const auto& [name, value] : rulesOf(report)) text += "- " + name + ": " + value + "\n";
    text += "- people: " + std::to_string(report.people) + "\n\n";
    std::vector<std::pair<std::string, const Figures*>> columns;
    for (const MethodFigures& method : report.methods) columns.emplace_back(method.name, &method.overall);
    text += table("", columns) + "\n";
    const MethodFigures& network = report.methods.front();
    if (!network.groups.empty()) {
        columns.clear();
        for (const auto& [name, figures] : network.groups) columns.emplace_back(name, &figures);
        text += table(network.name, columns) + "\n";
    }
    if (!network.pck10OfJoint.empty()) text += table("joint", {{"PCK@0.1", &network.pck10OfJoint}, {"PCK@0.05", &network.pck05OfJoint}}) + "\n";
    text += "| milliseconds a picture | median | 90 % | 99 % |\n|---|---|---|---|\n";
    for (const StageTime& time : report.times)
        text += "| " + time.stage + " | " + numberText(time.median) + " | " + numberText(time.percentile90) + " | " + numberText(time.percentile99) + " |\n";
    return text + "\nBest cases:\n\n![best](best.jpg)\n\nMedian cases:\n\n![median](median.jpg)\n\nWorst cases:\n\n![worst](worst.jpg)\n";
}

}  // namespace hmr
