// SPDX-License-Identifier: MIT
#include "app/dialogs/preferences_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>
#include <thread>

namespace hmr {
namespace {

constexpr const char* kDetectorFile = "file";

}  // namespace

PreferencesDialog::PreferencesDialog(const ModelSettings& settings, QWidget* parent)
    : QDialog(parent),
      body_(new QLineEdit(QString::fromStdString(settings.body.string()), this)),
      weights_(new QLineEdit(QString::fromStdString(settings.weights.string()), this)),
      detectorFile_(new QLineEdit(this)),
      detector_(new QComboBox(this)),
      threads_(new QSpinBox(this)),
      smoothing_(new QSpinBox(this)) {
    setObjectName("preferencesDialog");
    setWindowTitle(tr("Preferences"));
    setMinimumWidth(560);
    body_->setPlaceholderText(tr("The shipped open body"));
    weights_->setPlaceholderText(tr("The shipped weights"));
    detectorFile_->setPlaceholderText(tr("Detector of `hmr train` (.safetensors) or YOLO-style (.onnx)"));
    detector_->setObjectName("detectorBox");
    detector_->addItem(tr("Built-in"), kBuiltInDetector);
    detector_->addItem(tr("OpenCV's HOG: upright people"), "hog");
    detector_->addItem(tr("The whole picture is one person"), "full");
    detector_->addItem(tr("A file"), kDetectorFile);
    const QString detector = QString::fromStdString(settings.detector);
    const int known = detector_->findData(detector.isEmpty() ? kBuiltInDetector : detector);
    detector_->setCurrentIndex(known >= 0 ? known : detector_->findData(kDetectorFile));
    if (known < 0) detectorFile_->setText(detector);
    threads_->setObjectName("threadsBox");
    threads_->setRange(0, std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    threads_->setSpecialValueText(tr("All cores"));
    threads_->setValue(settings.threads);

    smoothing_->setObjectName("smoothingBox");
    smoothing_->setRange(0, 100);
    smoothing_->setSingleStep(10);
    smoothing_->setSuffix(tr(" %"));
    smoothing_->setSpecialValueText(tr("Off"));
    smoothing_->setToolTip(tr("Of videos and cameras while they play: more is calmer and follows later. Motion > Clean up smooths a take without delay."));
    smoothing_->setValue(static_cast<int>(std::lround(100 * settings.smoothing)));

    auto* form = new QFormLayout;
    form->addRow(tr("Body model"), fileRow(body_, "bodyFile", tr("Body model"), tr("Body models (*.npz *.pkl);;All files (*)")));
    form->addRow(tr("Weights"), fileRow(weights_, "weightsFile", tr("Weights"), tr("Weights (*.safetensors *.pt *.pth *.ckpt *.index);;All files (*)")));
    form->addRow(tr("People detector"), detector_);
    QWidget* file = fileRow(detectorFile_, "detectorFile", tr("People detector"), tr("Detectors (*.safetensors *.onnx);;All files (*)"));
    form->addRow(QString(), file);
    form->addRow(tr("Threads"), threads_);
    form->addRow(tr("Smoothing"), smoothing_);
    const auto showFile = [this, file] { file->setEnabled(detector_->currentData() == kDetectorFile); };
    connect(detector_, &QComboBox::currentIndexChanged, this, showFile);
    showFile();

    auto* hint = new QLabel(tr("Models load in the background; edits are kept."), this);
    hint->setEnabled(false);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->setObjectName("preferencesButtons");
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(hint);
    layout->addStretch();
    layout->addWidget(buttons);
}

QWidget* PreferencesDialog::fileRow(QLineEdit* edit, const QString& name, const QString& title, const QString& filter) {
    edit->setObjectName(name + "Edit");
    edit->setClearButtonEnabled(true);
    auto* row = new QWidget(this);
    auto* browse = new QPushButton(tr("Browse…"), row);
    browse->setObjectName(name + "Browse");
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(edit, 1);
    layout->addWidget(browse);
    connect(browse, &QPushButton::clicked, this, [this, edit, title, filter] {
        auto* dialog = new QFileDialog(this, title, edit->text(), filter);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, edit, &QLineEdit::setText);
        dialog->open();
    });
    return row;
}

ModelSettings PreferencesDialog::settings() const {
    ModelSettings settings;
    settings.body = body_->text().trimmed().toStdString();
    settings.weights = weights_->text().trimmed().toStdString();
    const QString detector = detector_->currentData().toString();
    const QString file = detectorFile_->text().trimmed();
    settings.detector = (detector == kDetectorFile ? (file.isEmpty() ? QString(kBuiltInDetector) : file) : detector).toStdString();
    settings.threads = threads_->value();
    settings.smoothing = smoothing_->value() / 100.0;
    return settings;
}

}  // namespace hmr
