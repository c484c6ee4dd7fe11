// SPDX-License-Identifier: MIT
#include "app/studio_options.h"

#include <QCommandLineParser>
#include <QSettings>

#include "body/error.h"
#include "formats/resources.h"

namespace hmr {

StudioOptions parseCommandLine(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate("StudioOptions", "Bodies from pictures: recover, shape, pose and export them."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("files", QCoreApplication::translate("StudioOptions", "Pictures, videos, a folder, a camera (camera:0) or a stream."), "[files…]");
    const QCommandLineOption body("body", QCoreApplication::translate("StudioOptions", "Body model (.npz, .pkl)."), "file");
    const QCommandLineOption weights("weights", QCoreApplication::translate("StudioOptions", "Network weights (.safetensors, .pt, .pth, .ckpt, .index)."), "file");
    const QCommandLineOption detector("detector", QCoreApplication::translate("StudioOptions", "People detector: built-in, hog, full, or a file (.safetensors, .onnx)."), "detector");
    const QCommandLineOption screenshot("screenshot", QCoreApplication::translate("StudioOptions", "Save a picture of the window after the first result and quit."), "file");
    parser.addOptions({body, weights, detector, screenshot});
    parser.process(arguments);

    StudioOptions options;
    options.files = parser.positionalArguments();
    options.screenshot = parser.value(screenshot);
    options.models = loadModelSettings();
    if (parser.isSet(body)) options.models.body = parser.value(body).toStdString();
    if (parser.isSet(weights)) options.models.weights = parser.value(weights).toStdString();
    if (parser.isSet(detector)) options.models.detector = parser.value(detector).toStdString();
    return options;
}

ModelSettings loadModelSettings() {
    const QSettings settings;
    ModelSettings models;
    models.body = settings.value("models/body").toString().toStdString();
    models.weights = settings.value("models/weights").toString().toStdString();
    models.detector = settings.value("models/detector", kBuiltInDetector).toString().toStdString();
    models.threads = settings.value("models/threads", 0).toInt();
    const double smoothing = settings.value("models/smoothing", models.smoothing).toDouble();
    if (smoothing >= 0 && smoothing <= 1) models.smoothing = smoothing;
    return models;
}

void saveModelSettings(const ModelSettings& models) {
    QSettings settings;
    settings.setValue("models/body", QString::fromStdString(models.body.string()));
    settings.setValue("models/weights", QString::fromStdString(models.weights.string()));
    settings.setValue("models/detector", QString::fromStdString(models.detector));
    settings.setValue("models/threads", models.threads);
    settings.setValue("models/smoothing", models.smoothing);
}

QString firstSample() {
    try {
        return QString::fromStdString(resourcePath("samples/standing.jpg").string());
    } catch (const Error&) {
        return {};
    }
}

}  // namespace hmr
