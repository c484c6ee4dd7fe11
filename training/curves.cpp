// SPDX-License-Identifier: MIT
#include "training/curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "body/error.h"
#include "training/drawing.h"

namespace hmr {
namespace {

using Points = std::vector<Eigen::Vector2d>;
using Curves = std::map<std::string, Points>;

constexpr int kPanelWidth = 620, kPanelHeight = 300, kMargin = 46;
constexpr std::array<Rgb, 8> kPalette = {{{31, 119, 180}, {214, 96, 20}, {44, 140, 44}, {200, 40, 50}, {140, 95, 185}, {120, 80, 70}, {30, 160, 170}, {110, 110, 110}}};
constexpr Rgb kInk = {40, 40, 40}, kGrid = {225, 225, 225};

/// Curves of one panel, and whether its axis is logarithmic.
struct Panel {
    std::string title;
    Curves curves;
    bool isLogarithmic = false;
};

std::string shortNumber(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

void addPoint(Panel& panel, const std::string& name, const nlohmann::json& line, const std::string& key) {
    const auto value = line.find(key);
    if (value == line.end() || !value->is_number()) return;
    panel.curves[name].emplace_back(line.value("pictures", 0.0), value->get<double>());
}

/// A running mean, which shows a trend through the noise of single steps.
Points smoothed(const Points& points) {
    const std::size_t reach = points.size() / 60;
    Points result = points;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::size_t first = i > reach ? i - reach : 0, last = std::min(points.size() - 1, i + reach);
        double sum = 0;
        for (std::size_t j = first; j <= last; ++j) sum += points[j].y();
        result[i].y() = sum / static_cast<double>(last - first + 1);
    }
    return result;
}

Picture drawPanel(const Panel& panel) {
    Picture picture(kPanelWidth, kPanelHeight, 3);
    std::fill(picture.pixels.begin(), picture.pixels.end(), std::uint8_t{255});
    const auto height = [&](double value) { return panel.isLogarithmic ? std::log10(std::max(value, 1e-8)) : value; };
    double left = 0, right = 1, bottom = 1e300, top = -1e300;
    for (const auto& [name, points] : panel.curves)
        for (const Eigen::Vector2d& point : points) {
            right = std::max(right, point.x());
            bottom = std::min(bottom, height(point.y())), top = std::max(top, height(point.y()));
        }
    if (top - bottom < 1e-9) bottom -= 0.5, top += 0.5;
    const auto place = [&](const Eigen::Vector2d& point) {
        return Eigen::Vector2d(kMargin + (point.x() - left) / (right - left) * (kPanelWidth - 2 * kMargin),
                               kPanelHeight - kMargin / 2 - (height(point.y()) - bottom) / (top - bottom) * (kPanelHeight - 1.5 * kMargin));
    };
    drawText(picture, kMargin, 6, panel.title, kInk);
    for (int i = 0; i <= 4; ++i) {
        const double value = bottom + (top - bottom) * i / 4, shown = panel.isLogarithmic ? std::pow(10, value) : value;
        const Eigen::Vector2d at = place({left, shown});
        drawLine(picture, at, {kPanelWidth - kMargin, at.y()}, 1, kGrid);
        drawText(picture, 2, static_cast<int>(at.y()) - 4, shortNumber(shown), kInk);
        const double pictures = left + (right - left) * i / 4;
        drawText(picture, static_cast<int>(place({pictures, shown}).x()) - 8, kPanelHeight - 12, shortNumber(pictures), kInk);
    }
    std::size_t color = 0;
    int legendX = kMargin + 150;
    for (const auto& [name, points] : panel.curves) {
        const Rgb rgb = kPalette[color++ % kPalette.size()];
        const Points smooth = smoothed(points);
        for (std::size_t i = 1; i < smooth.size(); ++i) drawLine(picture, place(smooth[i - 1]), place(smooth[i]), 1.6, rgb);
        if (smooth.size() < 40)
            for (const Eigen::Vector2d& point : smooth) drawDisc(picture, place(point), 2.5, rgb);
        const int row = legendX > kPanelWidth - 100 ? 1 : 0;
        legendX += drawText(picture, row == 0 ? legendX : kMargin, 6 + 12 * row, name, rgb) + 14;
    }
    return picture;
}

std::vector<Panel> panelsOf(const std::string& log) {
    Panel loss{"loss, 2D, prior", {}, true}, terms{"3D terms", {}, true}, pck{"PCK@0.1 or AP50, held out", {}, false}, errors{"mm, held out", {}, false};
    Panel rate{"pictures/s, input size", {}, false}, learning{"learning rate", {}, true};
    std::istringstream lines(log);
    for (std::string text; std::getline(lines, text);) {
        const auto line = nlohmann::json::parse(text, nullptr, false);
        if (line.is_discarded() || !line.is_object()) continue;
        const std::string kind = line.value("kind", "");
        if (kind == "step") {
            for (const char* name : {"loss", "reprojection", "adversarial", "discriminator"}) addPoint(loss, name, line, name);
            for (const char* name : {"joints3d", "rotations", "betas"}) addPoint(terms, name, line, name);
            for (const char* name : {"picturesPerSecond", "inputSize"}) addPoint(rate, name, line, name);
            addPoint(learning, "learningRate", line, "learningRate");
        } else if (kind == "validation" && line.contains("network")) {
            nlohmann::json figures = line["network"];
            figures["pictures"] = line.value("pictures", 0.0);
            const std::string set = line.value("set", "");
            addPoint(pck, set, figures, "PCK@0.1");
            addPoint(pck, set, figures, "AP50");
            addPoint(errors, "MPJPE " + set, figures, "MPJPE mm");
            addPoint(errors, "aligned " + set, figures, "reconstruction error mm");
        }
    }
    return {loss, terms, pck, errors, rate, learning};
}

}  // namespace

Picture drawCurves(const std::string& log) {
    const std::vector<Panel> panels = panelsOf(log);
    if (panels.front().curves.empty()) throw Error("the log holds no training step yet");
    std::vector<Picture> pictures;
    for (const Panel& panel : panels)
        if (!panel.curves.empty()) pictures.push_back(drawPanel(panel));
    return contactSheet(pictures, 2);
}

}  // namespace hmr
